"""Load what was settled in the past by COPY, for the demo city and for imports: own claims, and those of others.

The figures come from xinglin.benefits and are told in the words of today's receipts; constraints judge the rows. Money
in the ledger is loaded through the ledger's own door, with the transfers that `transfers_of` names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from xinglin.benefits.settle import Outcome
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.copying import copy_objects, copy_rows
from xinglin.hospital.ledger.services import AccountWanted, TransferWanted
from xinglin.hospital.settlement.models import Claim, ClaimLine, ClaimPart, Settlement, VisitFee
from xinglin.hospital.settlement.payers import accounts_for, transfers_for
from xinglin.hospital.settlement.reported import ReportedClaim, ReportedLine
from xinglin.hospital.settlement.rows import part_rows
from xinglin.hospital.settlement.sums import Figures, add, figures_of
from xinglin.hospital.settlement.words import ClaimKind as ClaimKind  # part of this door
from xinglin.hospital.settlement.words import ClaimState

# OWN CLAIMS


@dataclass(frozen=True, slots=True)
class PastClaim:
    """A claim of the house that was settled, with the outcome of each part. `held_at`: since when a fee was held."""

    id: UUID
    settlement_id: UUID
    key: str
    kind: ClaimKind
    subject_id: UUID
    visit_id: UUID
    patient_id: UUID
    physician_id: UUID
    institution_id: UUID
    number: int
    on: date
    area: str
    insurance_type: str
    person_type: str
    level: int
    diagnoses: Sequence[str]
    outcomes: Sequence[Outcome]
    at: datetime
    held_at: datetime | None = None

    def figures(self) -> Figures:
        """The sums over the parts."""
        return add([figures_of(outcome) for outcome in self.outcomes])


def load_settled(*, rows: Sequence[PastClaim], actor: Actor, reference: str) -> int:
    """Load settled claims with parts, lines, settlements and charged fees; `reference` begins the insurer's numbers."""
    claims = {r.id: _claim(r, actor) for r in rows}
    count = copy_objects(Claim, claims.values())
    parts: list[ClaimPart] = []
    lines: list[ClaimLine] = []
    for r in rows:
        some, more = part_rows(claims[r.id], r.outcomes)
        parts += some
        lines += more
    copy_objects(ClaimPart, parts)
    copy_objects(ClaimLine, lines)
    copy_objects(Settlement, (_settlement(r, actor, f"{reference}{n:08d}") for n, r in enumerate(rows, 1)))
    copy_objects(VisitFee, (_fee(r) for r in rows if r.kind is ClaimKind.VISIT_FEE))
    return count


def _claim(r: PastClaim, actor: Actor) -> Claim:
    return Claim(
        id=r.id,
        key=r.key,
        kind=r.kind,
        subject_id=r.subject_id,
        visit_id=r.visit_id,
        patient_id=r.patient_id,
        physician_id=r.physician_id,
        institution_id=r.institution_id,
        number=r.number,
        on=r.on,
        area=r.area,
        insurance_type=r.insurance_type,
        person_type=r.person_type,
        level=r.level,
        filing="at_home",
        diagnosis_codes=list(r.diagnoses),
        state=ClaimState.SETTLED,
        reserved_at=r.at,
        decided_at=r.at,
        asked_by_id=actor.id,
        asked_by_label=actor.label,
    )


def _settlement(r: PastClaim, actor: Actor, reference: str) -> Settlement:
    return Settlement(
        id=r.settlement_id,
        claim_id=r.id,
        patient_id=r.patient_id,
        institution_id=r.institution_id,
        insurer_ref=reference,
        at=r.at,
        by_id=actor.id,
        by_label=actor.label,
        **r.figures().as_columns(),
    )


def _fee(r: PastClaim) -> VisitFee:
    return VisitFee(
        visit_id=r.visit_id,
        patient_id=r.patient_id,
        institution_id=r.institution_id,
        fee_fen=r.figures().total_fen,
        state="charged",
        held_at=r.held_at or r.at,
        decided_at=r.at,
    )


def accounts_of(r: PastClaim) -> list[AccountWanted]:
    """Every account of the ledger that the claim can touch."""
    return accounts_for(institution_id=r.institution_id, area=r.area, person_id=r.patient_id)


def transfers_of(r: PastClaim) -> list[TransferWanted]:
    """The transfers that paid the claim, as settling it today would make them."""
    return transfers_for(
        claim_id=r.id, institution_id=r.institution_id, area=r.area, person_id=r.patient_id, outcomes=r.outcomes
    )


# CLAIMS OF OTHER INSTITUTIONS


class ReportedClaimRow(NamedTuple):
    """One part of a claim elsewhere, in the order of the table's columns."""

    id: UUID
    claim_id: UUID
    part: int
    contact_id: UUID
    kind: str
    person_id: UUID
    institution_id: UUID
    practitioner_id: UUID
    department: str
    diagnosis_codes: list[str]
    started_at: datetime
    ended_at: datetime
    settled_at: datetime
    insurance_type: str
    person_type: str
    care_type: str
    disease: str
    policy: str
    deductible_fen: int
    total_fen: int
    full_selfpay_fen: int
    over_limit_fen: int
    selfpay_first_fen: int
    in_scope_fen: int
    basic_fen: int
    fund_fen: int
    hospital_fen: int
    account_fen: int
    cash_fen: int


class ReportedLineRow(NamedTuple):
    """One line of it, in the order of the table's columns."""

    claim_id: UUID
    position: int
    code: str
    quantity: int
    days_supply: int | None
    amount_fen: int
    full_selfpay_fen: int
    over_limit_fen: int
    selfpay_first_fen: int
    in_scope_fen: int
    fund_share_fen: int
    trace_codes: list[str]


def load_reported_claims(*, rows: Iterable[ReportedClaimRow]) -> int:
    """Load claims of other institutions."""
    return copy_rows(ReportedClaim, ReportedClaimRow._fields, rows)


def load_reported_lines(*, rows: Iterable[ReportedLineRow]) -> int:
    """Load their lines, after their claims."""
    return copy_rows(ReportedLine, ReportedLineRow._fields, rows)
