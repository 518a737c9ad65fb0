"""Refusals of settlement: what happened, which rule, and what would make it right."""

from typing import Any

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T


class NotReadyToPay(DomainError):
    """The prescription does not wait for payment."""

    code = "settlement.not_ready"
    text = T(zh="处方目前“{state}”，还不能付款。", en='The prescription is "{state}" and cannot be paid for now.')
    hint = T(zh="药配好后会通知您付款。", en="You are told when the medicine is ready to be paid for.")


class AlreadySettled(DomainError):
    """Paid by another payment."""

    code = "settlement.already_settled"
    text = T(zh="这笔费用已经结算过，无需再付。", en="This has been settled already; there is nothing to pay.")
    hint = T(zh="请在“费用”中查看结算单。", en="Look at the receipt under payments.")


class PaymentRunning(DomainError):
    """The same bill is being settled at this moment."""

    code = "settlement.running"
    text = T(zh="这笔费用正在结算，请稍候。", en="This bill is being settled at the moment.")
    hint = T(zh="请不要重复付款，几秒后刷新页面。", en="Do not pay again; reload the page in a few seconds.")


class AnotherPaymentRunning(DomainError):
    """Another bill of the same person is being settled, and what it uses decides what is left for this one."""

    code = "settlement.another_running"
    text = T(
        zh="您的另一笔费用正在结算，会影响这一笔的报销金额。",
        en="Another bill of yours is being settled; it decides what is left for this one.",
    )
    hint = T(zh="请几秒后再试。", en="Try again in a few seconds.")


class KeyReused(DomainError):
    """The caller's key belongs to another payment."""

    code = "settlement.key_reused"
    text = T(zh="这个付款编号已用于另一笔费用。", en="This key belongs to another payment.")
    hint = T(zh="请刷新页面后重试。", en="Reload the page and try again.")


class PaymentGivenUp(DomainError):
    """The payment with this key was given up; a new one needs a new key."""

    code = "settlement.given_up"
    text = T(zh="这次付款没有完成，没有扣款。", en="This payment was not completed; nothing was taken.")
    hint = T(zh="请重新发起付款。", en="Start a new payment.")


class SettlementRefused(DomainError):
    """A rule forbids settling."""

    code = "settlement.refused"
    text = T(zh="现在不能结算。规则 {rule}：{sentence}", en="It cannot be settled now. Rule {rule}: {sentence}")
    hint = T(zh="{way}", en="{way}")

    def __init__(self, *, asks: list[Any]) -> None:
        self.asks = asks
        first = asks[0]
        super().__init__(rule=first.rule_id, sentence=first.sentence, way=first.hint)


class AmountChanged(DomainError):
    """The patient would pay more than was shown."""

    code = "settlement.amount_changed"
    text = T(
        zh="自付金额由 {shown} 元变为 {now} 元，没有扣款。",
        en="What you pay has changed from {shown} to {now} yuan; nothing was taken.",
    )
    hint = T(zh="请查看新的明细，确认后再付款。", en="Look at the new figures and confirm them.")


class InsurerUnreachable(DomainError):
    """The insurer does not answer, and it is sure that nothing was settled."""

    code = "settlement.insurer_unreachable"
    text = T(zh="医保系统暂时没有应答，没有扣款。", en="The insurer does not answer at the moment; nothing was taken.")
    hint = T(
        zh="请稍后再试；处方在有效期内都可付款。",
        en="Try again later; a prescription can be paid as long as it is valid.",
    )
    status = 424


class InsurerDeclined(DomainError):
    """The insurer answers, and says no."""

    code = "settlement.insurer_declined"
    text = T(zh="医保系统没有接受这笔结算：{why}", en="The insurer did not accept this settlement: {why}")
    hint = T(zh="没有扣款。请联系医院收费处。", en="Nothing was taken. Please ask the hospital's cashier.")


class PaymentUncertain(DomainError):
    """The insurer was asked and did not answer in time: nobody knows yet whether it was settled."""

    code = "settlement.uncertain"
    text = T(
        zh="医保系统的结果还在确认，暂不出结算单。",
        en="The insurer's answer is being confirmed; there is no receipt yet.",
    )
    hint = T(zh="请不要重复付款，结果确认后会通知您。", en="Do not pay again; you are told as soon as it is known.")
    status = 424


class LaterSettlementsStand(DomainError):
    """Taking it back would make later settlements wrong."""

    code = "settlement.later_stand"
    text = T(
        zh="这笔结算影响之后的 {count} 笔结算（起付线或限额），不能直接撤销。",
        en="{count} later settlements rest on this one (deductible or cap); it cannot be taken back by itself.",
    )
    hint = T(
        zh="请先从最近的一笔起依次撤销，再重新结算。",
        en="Reverse the later ones first, the latest first, then settle them again.",
    )


class NotYetReversible(DomainError):
    """The claim is not in a state in which it can be taken back."""

    code = "settlement.not_reversible"
    text = T(zh="这笔结算现在不能撤销。", en="This settlement cannot be reversed now.")
    hint = T(zh="请刷新页面，看看它现在的状态。", en="Reload the page to see where it stands.")


class NothingToSettle(DomainError):
    """A bill without lines or without a price."""

    code = "settlement.nothing"
    text = T(zh="没有需要结算的费用。", en="There is nothing to settle.")
    hint = T(zh="无需付款。", en="Nothing has to be paid.")
