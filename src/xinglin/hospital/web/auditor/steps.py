"""The steps of due process on the page of a finding: where it stands, what may be done next, and doing it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors, services
from xinglin.hospital.oversight.selectors import FindingDetail
from xinglin.hospital.web.shared.page import Request

CHOICES = tuple(selectors.DECISION_NAMES.items())
SEVERITIES = (
    (1, T(zh="1–3 分：情节较轻", en="1–3 points: minor")),
    (2, T(zh="4–6 分：情节较重", en="4–6 points: more serious")),
    (3, T(zh="7–9 分：情节严重", en="7–9 points: serious")),
    (4, T(zh="10–12 分：情节特别严重", en="10–12 points: very serious")),
)
ORDER = ("new", "notified", "stated", "verified", "decided", "appealed", "final")
SHORT = {
    "new": T(zh="发现", en="Found"),
    "notified": T(zh="告知", en="Told"),
    "stated": T(zh="说明", en="Heard"),
    "verified": T(zh="核实", en="Verified"),
    "decided": T(zh="认定", en="Decided"),
    "appealed": T(zh="申诉", en="Appealed"),
    "final": T(zh="终结", en="Final"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """One thing that may be done: its verb, the question, the button, and which fields it needs."""

    verb: str
    name: T
    asks: T
    button: T
    hint: T
    decides: bool = False
    points: bool = False


FORMS = {
    "notify_provider": Form(
        "notify_provider",
        T(zh="告知机构", en="Tell the provider"),
        T(zh="告知的内容", en="What the provider is told"),
        T(zh="告知，说明期开始", en="Tell; its time to answer begins"),
        T(zh="机构有 5 个工作日说明情况。", en="The provider has five working days to state its case."),
    ),
    "verify_finding": Form(
        "verify_finding",
        T(zh="核实", en="Verify"),
        T(zh="核实了什么，结果如何", en="What was checked, and what it gave"),
        T(zh="核实完毕", en="Verified"),
        T(zh="对照机构的说明和证据。", en="Hold the statement against the evidence."),
    ),
    "decide_finding": Form(
        "decide_finding",
        T(zh="认定", en="Decide"),
        T(zh="依据", en="Why"),
        T(zh="作出认定", en="Decide"),
        T(
            zh="机构可在期限内申诉；不成立即告终结。",
            en="The provider may appeal; a rejected finding is final at once.",
        ),
        decides=True,
        points=True,
    ),
    "close_appeal": Form(
        "close_appeal",
        T(zh="裁定申诉", en="Decide the appeal"),
        T(zh="依据", en="Why"),
        T(zh="作出裁定", en="Decide the appeal"),
        T(zh="裁定为最终结果；不成立时记分退回。", en="This is final; points go back when it is rejected."),
        decides=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Stop:
    """One state on the way, and whether it lies behind, is the present one, or is still to come."""

    name: T
    phase: str


def path(detail: FindingDetail) -> tuple[Stop, ...]:
    """The way of a finding with its present state; steps that were never taken are left out behind it."""
    been = {"new", *(step.after for step in detail.steps)}
    here = ORDER.index(detail.row.state)
    stops = []
    for place, state in enumerate(ORDER):
        if place < here and state not in been:
            continue
        if state == "appealed" and here != place and state not in been:
            continue
        phase = "here" if place == here else ("behind" if place < here else "ahead")
        stops.append(Stop(SHORT[state], phase))
    return tuple(stops)


def forms_for(actor: Actor, detail: FindingDetail, now: datetime) -> tuple[Form, ...]:
    """What the actor may do next on this page, the natural step first."""
    if detail.row.outcome_code != "finding":
        return ()
    late = detail.row.due_at is not None and detail.row.due_at <= now
    verbs = selectors.next_verbs(actor=actor, state=detail.row.state, certainty=detail.row.certainty_code, late=late)
    return tuple(FORMS[verb] for verb in verbs if verb in FORMS)


WAITS = {
    "notified": T(
        zh="等待机构说明；期满后可直接核实。", en="Waits for the provider's statement, or for its time to pass."
    ),
    "stated": T(zh="等待稽核人员核实。", en="Waits for an auditor to verify it."),
    "verified": T(zh="等待稽核人员认定。", en="Waits for an auditor's decision."),
    "decided": T(zh="机构可在期限内申诉；期满即终结。", en="The provider may appeal in time; then it is final."),
    "appealed": T(zh="等待监管人员裁定申诉。", en="Waits for the regulator to decide the appeal."),
    "final": T(zh="已终结，不再变动。", en="Final; nothing changes any more."),
}


def context(actor: Actor, detail: FindingDetail, now: datetime) -> dict[str, Any]:
    """What the part of the page about due process shows."""
    told = detail.row.outcome_code == "finding"
    nothing = T(zh="规则在此无法判断，没有可追究的。", en="The rule could not tell here; there is nothing to pursue.")
    new = T(zh="等待稽核人员告知机构。", en="Waits for an auditor to tell the provider.")
    return {
        "forms": forms_for(actor, detail, now),
        "process": path(detail),
        "waits": WAITS.get(detail.row.state, new) if told else nothing,
        "choices": CHOICES,
        "severities": SEVERITIES,
        "degrees": tuple(selectors.DEGREE_NAMES.items()),
    }


def take(request: Request, verdict_id: UUID, verb: str) -> T:
    """Do the step whose form was sent. Raises NotFound for a step that this desk does not take."""
    words, given = request.POST.get("words", ""), request.POST
    common = {"actor": request.actor, "verdict_id": verdict_id, "words": words, "now": request.now}
    decision = {"decision": given.get("decision", ""), "upheld_fen": _fen(given.get("upheld", ""))}
    points = {"severity": _whole(given.get("severity", "")), "degree": given.get("degree", "")}
    deeds: dict[str, tuple[Callable[[], object], T]] = {
        "notify_provider": (
            lambda: services.notify_provider(**common),
            T(zh="已告知机构。", en="The provider was told."),
        ),
        "verify_finding": (lambda: services.verify_finding(**common), T(zh="核实已记录。", en="Verified.")),
        "decide_finding": (
            lambda: services.decide_finding(**common, **decision, **points),  # type: ignore[arg-type]
            T(zh="认定已记录。", en="Decision recorded."),
        ),
        "close_appeal": (
            lambda: services.close_appeal(**common, **decision),  # type: ignore[arg-type]
            T(zh="裁定已记录。", en="The appeal is decided."),
        ),
    }
    if verb not in deeds:
        raise NotFound
    deed, said = deeds[verb]
    deed()
    return said


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _fen(text: str) -> int | None:
    """Fen of an amount typed in yuan; None for an empty field. Raises InvalidInput."""
    plain = text.strip()
    if not plain:
        return None
    whole, dot, cents = plain.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 11) or (dot and not _cents(cents)):
        raise InvalidInput(
            field="upheld_fen", reason=T(zh="请填写金额，如 12.50。", en="Enter an amount such as 12.50.")
        )
    return int(whole) * 100 + (int(cents.ljust(2, "0")) if cents else 0)


def _cents(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2
