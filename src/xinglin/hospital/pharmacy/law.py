"""Asking supervision about prescriptions: which rules at which moment, and what follows from the answer."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.kernel.access import Actor, system_actor
from xinglin.hospital.kernel.clock import civil_day
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
from xinglin.hospital.pharmacy.models import Prescription, TracedPack
from xinglin.hospital.pharmacy.signatures import check_signature
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.terminology.selectors import ProductInfo
from xinglin.supervision.facts import Case, Measure, Pack, Review, Stage

WHILE_TYPING = frozenset({"A03", "A12", "B01", "B02", "B03"})
AT_ISSUE = frozenset({"A01", "A02", "A03", "A05", "A06", "A07", "A09", "A12", "B01", "B02", "B03"})
AT_SIGNATURE = frozenset({"B08", "G12"})
AT_REVIEW = frozenset({"B01", "B02", "B03", "B08", "G12"})
AT_HAND_OVER = frozenset({"B07", "B08", "G12", "J01"})
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


def settle_asks(judged: Judged, answers: Sequence[Answer]) -> dict[str, Answer]:
    """The answer to each ask that wants one, by key. Raises PrescriptionRefused or PrescriptionNeedsAnswer."""
    stops = [ask for ask in judged.asks if ask.consequence in STOPS]
    if stops:
        raise PrescriptionRefused(asks=stops)
    given = {answer.key: answer for answer in answers if answer.reason_code}
    wanted = [ask for ask in judged.asks if ask.consequence == NEEDS_REASON]
    missing = [ask for ask in wanted if key_of(ask) not in given]
    if missing:
        raise PrescriptionNeedsAnswer(asks=missing)
    return {key_of(ask): given[key_of(ask)] for ask in wanted}


# CONTROL


def stage_case(
    row: Prescription,
    stage: Stage,
    *,
    review: Review,
    left_at: datetime | None = None,
    traced: tuple[tuple[Pack, ...], tuple[Measure, ...]] = ((), ()),
) -> Case:
    """The case of a stored prescription at a stage."""
    lines = list(row.lines.all())
    return facts.row_case(
        base_case(row.visit_id, row.issued_at),
        row,
        lines=lines,
        products=products_of({line.product_code for line in lines}),
        stage=stage,
        signature=check_signature(row),
        review=review,
        left_at=left_at,
        packs=traced[0],
        measures=traced[1],
    )


def control(actor: Actor, row: Prescription, case: Case, only: frozenset[str], now: datetime) -> Judged:
    """Judge at control. Raises PrescriptionRefused, or DispensingRefused at the hand-over."""
    judged = _judge(actor, "control", case, row.id, row.institution_id, now, only)
    stops = [ask for ask in judged.asks if ask.consequence in STOPS]
    if stops:
        raise (DispensingRefused if only is AT_HAND_OVER else PrescriptionRefused)(asks=stops)
    return judged


def packs_for_law(
    row: Prescription, packs: Sequence[TracedPack], now: datetime
) -> tuple[tuple[Pack, ...], tuple[Measure, ...]]:
    """The boxes of a prescription as facts, and every other life of their codes as numbers."""
    codes = [pack.code for pack in packs]
    others = TracedPack.objects.filter(code__in=codes, shelved_at=None).exclude(prescription=row)
    earlier: dict[str, list[TracedPack]] = {}
    places: dict[str, str] = {}
    for other in others.select_related("prescription"):
        earlier.setdefault(other.code, []).append(other)
        places[str(other.prescription_id)] = str(other.prescription.institution_id)
    prices: Mapping[str, int] = {str(line.id): line.price_fen for line in row.lines.all()}
    here = str(row.institution_id)
    return (
        facts.pack_facts(packs, earlier, prices, places, here, civil_day(now)),
        facts.pack_measures(packs, earlier, places, here),
    )


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
