"""Where a patient stands on the way from asking to medicine in hand, and the one thing to do next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinglin.hospital.kernel.texts import T

STEPS = (
    T(zh="申请", en="Ask"),
    T(zh="候诊", en="Wait"),
    T(zh="问诊", en="Talk"),
    T(zh="审方", en="Review"),
    T(zh="付款", en="Pay"),
    T(zh="取药", en="Receive"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """One open matter: whose, the step reached (1 to 6), what is going on, what to do and where."""

    key: UUID
    patient: str
    step: int
    title: T
    text: T
    action: T | None
    href: str
    due_at: datetime | None = None
    urgent: bool = False

    @property
    def steps(self) -> list[tuple[T, str]]:
        """The six steps, each 'done', 'now' or 'ahead'."""
        return [
            (name, "done" if n < self.step else "now" if n == self.step else "ahead")
            for n, name in enumerate(STEPS, start=1)
        ]


@dataclass(frozen=True, slots=True)
class _Words:
    step: int
    title: T
    text: T
    action: T | None


VISIT_WORDS = {
    "requested": _Words(
        1,
        T(zh="医师正在看您的复诊资料", en="The physician is looking at your earlier papers"),
        T(zh="确认可以在线复诊后，您就进入候诊。", en="Once they allow an online follow-up, you are in the queue."),
        T(zh="查看申请", en="See the request"),
    ),
    "waiting": _Words(
        2,
        T(zh="您正在候诊", en="You are in the queue"),
        T(zh="轮到您时这里会自动变化，不用刷新。", en="This page changes by itself when it is your turn."),
        T(zh="进入候诊室", en="Open the waiting room"),
    ),
    "in_progress": _Words(
        3,
        T(zh="{physician}正在为您看诊", en="{physician} is seeing you now"),
        T(zh="有 {unread} 条新消息。", en="{unread} new messages."),
        T(zh="继续对话", en="Go on talking"),
    ),
}
PRESCRIPTION_WORDS = {
    "signed": _Words(
        4,
        T(zh="药师正在审核您的处方", en="A pharmacist is reviewing your prescription"),
        T(
            zh="审核通过后您再付款；不通过会退回医师并说明原因。",
            en="You pay after it is approved; otherwise it goes back to the physician with the reason.",
        ),
        T(zh="查看处方", en="See the prescription"),
    ),
    "questioned": _Words(
        4,
        T(zh="药师在向医师确认处方", en="The pharmacist is asking the physician about the prescription"),
        T(zh="您不用做什么，有结果会告诉您。", en="Nothing for you to do; you will be told."),
        T(zh="查看处方", en="See the prescription"),
    ),
    "approved": _Words(
        4,
        T(zh="处方已通过，正在配药", en="Approved; your medicine is being picked"),
        T(zh="配好后请付款。", en="Pay when it is ready."),
        T(zh="查看处方", en="See the prescription"),
    ),
    "picked": _Words(
        5,
        T(zh="药已配好，请付款", en="Your medicine is ready: please pay"),
        T(zh="付款前可以先看谁付多少。", en="See who pays what before you pay."),
        T(zh="去付款", en="Pay now"),
    ),
    "settled": _Words(
        6,
        T(zh="已付款，等待发药", en="Paid; waiting to be handed over"),
        T(zh="药房核对后发出。", en="The pharmacy checks and sends it."),
        T(zh="查看处方", en="See the prescription"),
    ),
    "handed_over": _Words(
        6,
        T(zh="药在路上", en="Your medicine is on its way"),
        T(zh="收到后请核对药名和数量。", en="Check names and amounts when it arrives."),
        T(zh="查看配送", en="Follow the delivery"),
    ),
    "returned": _Words(
        4,
        T(zh="处方退回医师修改", en="The prescription went back to the physician"),
        T(zh="医师修改后会重新提交审核。", en="It is reviewed again after the change."),
        T(zh="查看原因", en="See why"),
    ),
}


def of_visit(visit_id: UUID, state: str, patient: str, physician: str, unread: int, due: datetime | None) -> Standing:
    """The standing of an open visit. Raises KeyError for a visit that is not open."""
    words = VISIT_WORDS[state]
    text = words.text
    if state == "in_progress" and not unread:
        text = T(zh="医师会在承诺的时间内回复。", en="The physician answers within the promised time.")
    return Standing(
        key=visit_id,
        patient=patient,
        step=words.step,
        title=words.title.with_(physician=physician),
        text=text.with_(unread=unread),
        action=words.action,
        href=f"/me/visits/{visit_id}/",
        due_at=due,
        urgent=state == "in_progress" and unread > 0,
    )


def of_prescription(prescription_id: UUID, state: str, patient: str, due: datetime | None) -> Standing | None:
    """The standing of a prescription that still goes on, or None."""
    words = PRESCRIPTION_WORDS.get(state)
    if words is None:
        return None
    pay = state == "picked"
    return Standing(
        key=prescription_id,
        patient=patient,
        step=words.step,
        title=words.title,
        text=words.text,
        action=words.action,
        href=f"/payment/prescriptions/{prescription_id}/" if pay else f"/me/prescriptions/{prescription_id}/",
        due_at=due,
        urgent=pay,
    )


def in_order(standings: Sequence[Standing]) -> list[Standing]:
    """What needs the patient first, then what has gone furthest."""
    return sorted(standings, key=lambda s: (not s.urgent, -s.step))
