"""Asking supervision about prescriptions: which rules at which moment, and what follows from the answer."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.kernel.access import Actor, system_actor
from xinglin.hospital.oversight import services as oversight
from xinglin.hospital.oversight.services import Ask, Judged
from xinglin.hospital.pharmacy import facts
from xinglin.hospital.pharmacy.drafts import Answer
from xinglin.hospital.pharmacy.errors import (
    CheckerDown,
    DispensingRefused,
    PrescriptionNeedsAnswer,
    PrescriptionRefused,
)
from xinglin.hospital.pharmacy.models import PackIdentification, Prescription, TracedPack
from xinglin.hospital.pharmacy.models import Review as ReviewRow
from xinglin.hospital.pharmacy.signatures import check_signature
from xinglin.hospital.pharmacy.states import ENDED
from xinglin.hospital.pharmacy.trace import PREFIX
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.terminology.selectors import ProductInfo
from xinglin.supervision.facts import Case, PrescriptionKind, Review, Stage

OF_MEDICINE = frozenset(
    {"B01", "B02", "B03", "B04", "B05", "B06", "B10", "B11"}
    | {"D01", "D02", "D03", "D04", "D05", "D06", "D07", "D08", "D09", "D10", "D11", "D14", "D15", "D19", "I04"}
)
"""What is asked of lines and prescription whenever they are looked at as a whole."""
OF_PAYMENT = frozenset(
    {"C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08", "C09", "C10", "C12", "C13", "C14", "H02", "H04"}
)
"""What is asked of the items that the lines would become. C11 is not: the house itself settles each item under the
benefit that covers it."""
WHILE_TYPING = OF_MEDICINE | OF_PAYMENT | {"A03", "A12"}
AT_ISSUE = WHILE_TYPING | {"A01", "A02", "A05", "A06", "A07", "A09", "A10", "A11", "A13", "B13", "B14", "G05"}
AT_ISSUE |= {"H09", "I10"}
AT_SIGNATURE = frozenset({"B08", "G12"})
AT_REVIEW = (OF_MEDICINE - {"B04", "D02", "D15", "I04"}) | {"B08", "B12", "G12"}
AT_HAND_OVER = frozenset({"B07", "B08", "B09", "B13", "G12", "J01", "J02", "J03", "J06"})
STOPS = frozenset({"block", "deny", "hold"})
NEEDS_REASON = "needs_reason"


def require_checker(now: datetime) -> None:
    """Raise CheckerDown unless the engine answers its known bad cases: without it nothing is prescribed or released."""
    if not oversight.check_engine_alive(actor=system_actor("pharmacy"), now=now):
        raise CheckerDown


def key_of(ask: Ask) -> str:
    """The name of a reminder on a draft: rule and subject. Equal between preview and signing."""
    return f"{ask.rule_id}:{ask.verdict.core.subject}"


def base_case(visit_id: UUID, at: datetime) -> Case:
    """The case of the visit: people, institution, encounter, evidence, as consultation gives them."""
    return consultation.visit_facts(visit_id=visit_id, at=at).case


def products_of(codes: Collection[str]) -> dict[str, ProductInfo]:
    """Products by code."""
    return {code: terminology.product(code) for code in codes}


# WRITING


def preview(actor: Actor, case: Case, now: datetime) -> Judged:
    """Reminders while typing; nothing is stored but counts."""
    return oversight.preview(actor=actor, case=case, now=now, only=WHILE_TYPING)


def remind(actor: Actor, case: Case, subject_id: UUID, institution_id: UUID, now: datetime) -> Judged:
    """The reminder before signing; committed by itself."""
    return _judge(actor, "remind", case, subject_id, institution_id, now, AT_ISSUE)


def settle_asks(judged: Judged, answers: Sequence[Answer], told: Collection[str] = ()) -> dict[str, Answer]:
    """The answer to each ask that wants one, by key. Raises PrescriptionRefused or PrescriptionNeedsAnswer.

    `told` are the asks that an open card of the check speaks of: whoever settles the card answers them.
    """
    stops = [ask for ask in judged.asks if ask.consequence in STOPS]
    if stops:
        raise PrescriptionRefused(asks=stops)
    given = {answer.key: answer for answer in answers if answer.reason_code}
    wanted = [ask for ask in judged.asks if ask.consequence == NEEDS_REASON]
    missing = [ask for ask in wanted if key_of(ask) not in given and key_of(ask) not in told]
    if missing:
        raise PrescriptionNeedsAnswer(asks=missing)
    return {key_of(ask): given[key_of(ask)] for ask in wanted if key_of(ask) in given}


# CONTROL


def stage_case(
    row: Prescription,
    stage: Stage,
    *,
    review: Review,
    now: datetime,
    reviewing: ReviewRow | None = None,
    left_at: datetime | None = None,
    packs: Sequence[TracedPack] = (),
    charged: bool = False,
) -> Case:
    """The case of a stored prescription at a stage; `charged` asks about what its lines cost, if charged now.

    `reviewing` is a review that is being made and not stored yet.
    """
    lines = list(row.lines.all())
    products = products_of({line.product_code for line in lines})
    return facts.row_case(
        base_case(row.visit_id, now),
        row,
        lines=lines,
        products=products,
        stage=stage,
        signature=check_signature(row),
        review=review,
        second_signed=_signed_twice(row, reviewing),
        left_at=left_at,
        packs=facts.pack_facts(packs, {str(line.id): line for line in lines}, products, _identified(packs), row, now),
        charged_at=now if charged else None,
    )


def _signed_twice(row: Prescription, reviewing: ReviewRow | None) -> bool:
    answered = row.findings.exclude(reason_code="").values_list("rule_id", flat=True)
    reviews = [*row.reviews.all(), *([reviewing] if reviewing is not None else [])]
    return facts.signed_twice(list(answered), reviews)


def _identified(packs: Sequence[TracedPack]) -> dict[str, str]:
    """First seven digits → product code, for the boxes' codes as far as registered."""
    if not packs:
        return {}
    rows = PackIdentification.objects.filter(prefix__in={pack.code[:PREFIX] for pack in packs})
    return dict(rows.values_list("prefix", "product_code"))


def first_long(patient_id: UUID, kind: str) -> bool | None:
    """Whether a long-term prescription is the patient's first: known not to be where the house wrote one before."""
    if kind != PrescriptionKind.LONG.value:
        return None
    earlier = Prescription.objects.filter(patient_id=patient_id, kind=kind).exclude(state__in=ENDED)
    return False if earlier.exists() else None


def control(actor: Actor, row: Prescription, case: Case, only: frozenset[str], now: datetime) -> Judged:
    """Judge at control. Raises PrescriptionRefused, or DispensingRefused at the hand-over."""
    judged = _judge(actor, "control", case, row.id, row.institution_id, now, only)
    stops = [ask for ask in judged.asks if ask.consequence in STOPS]
    if stops:
        raise (DispensingRefused if only is AT_HAND_OVER else PrescriptionRefused)(asks=stops)
    return judged


def _judge(
    actor: Actor,
    moment: Literal["remind", "control"],
    case: Case,
    subject_id: UUID,
    institution_id: UUID,
    now: datetime,
    only: frozenset[str],
) -> Judged:
    return oversight.judge(
        actor=actor,
        moment=moment,
        case=case,
        subject_type="prescription",
        subject_id=subject_id,
        institution_id=institution_id,
        now=now,
        only=only,
    )
