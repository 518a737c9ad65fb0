"""The claims that a decided finding is about: ours, or reported from elsewhere; their lines and what is recovered."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from xinglin.benefits.revoke import Standing
from xinglin.benefits.totals import State
from xinglin.hospital.insurance import selectors as limits
from xinglin.hospital.oversight.selectors import DecidedMoney
from xinglin.hospital.settlement.history import item_id
from xinglin.hospital.settlement.models import Claim, ClaimLine
from xinglin.hospital.settlement.recoverable import LineMoney
from xinglin.hospital.settlement.recovered import Recovery
from xinglin.hospital.settlement.reported import ReportedClaim
from xinglin.hospital.settlement.rows import standing_of
from xinglin.hospital.settlement.words import STANDING, ClaimKind, ClaimState

SETTLED_ONCE = (ClaimState.SETTLED, ClaimState.REVERSING, ClaimState.REVERSED)


@dataclass(frozen=True, slots=True)
class Target:
    """A claim from which money may have to come back. `stands`: it was not refunded."""

    id: UUID
    reported: bool
    institution_id: UUID
    person_id: UUID
    area: str
    fund_fen: int
    total_fen: int
    stands: bool
    lines: tuple[LineMoney, ...]
    year: int


def targets_of(owed: DecidedMoney) -> tuple[Target, ...]:
    """The claims of a finding that stand; where none does, those that were refunded."""
    found = _own(owed) or _reported(owed)
    standing = tuple(target for target in found if target.stands)
    return standing or found


def _own(owed: DecidedMoney) -> tuple[Target, ...]:
    rows = Claim.objects.filter(institution_id=owed.institution_id, state__in=SETTLED_ONCE)
    for condition in _ways(owed):
        claims = list(rows.filter(condition).distinct().order_by("number").prefetch_related("parts__lines"))
        if claims:
            return tuple(_own_target(claim) for claim in claims)
    return ()


def _ways(owed: DecidedMoney) -> Iterable[Q]:
    """How a finding leads to claims, the nearest way first: by its lines, by what was judged, by the visit."""
    lines = [line for name in (*(name for name, _ in owed.lines), owed.subject) if (line := _uuid(name))]
    if lines:
        yield Q(parts__lines__source_id__in=lines)
    by_kind = {kind: [deed for name, deed in owed.deeds if name == kind] for kind in ("claim", "prescription")}
    yield Q(id__in=by_kind["claim"])
    yield Q(kind=ClaimKind.PRESCRIPTION, subject_id__in=by_kind["prescription"])
    yield Q(visit_id__in=[visit for name in owed.encounters if (visit := _uuid(name))])


def _own_target(claim: Claim) -> Target:
    parts = list(claim.parts.all())
    return Target(
        id=claim.id,
        reported=False,
        institution_id=claim.institution_id,
        person_id=claim.patient_id,
        area=claim.area,
        fund_fen=sum(part.fund_fen for part in parts),
        total_fen=sum(part.total_fen for part in parts),
        stands=claim.state != ClaimState.REVERSED,
        lines=tuple(_line(line) for part in parts for line in part.lines.all()),
        year=claim.on.year,
    )


def _line(line: ClaimLine) -> LineMoney:
    return LineMoney(str(line.source_id), line.amount_fen, line.denied_rule, line.denied_fen)


def _reported(owed: DecidedMoney) -> tuple[Target, ...]:
    """Claims that other institutions reported: by what was judged, else by the contact with care."""
    deeds = [deed for kind, deed in owed.deeds if kind == "claim"]
    contacts = [contact for name in owed.encounters if (contact := _uuid(name))]
    rows = ReportedClaim.objects.filter(institution_id=owed.institution_id)
    for condition in (Q(claim_id__in=deeds), Q(contact_id__in=contacts)):
        parts = list(rows.filter(condition).order_by("claim_id", "part").prefetch_related("lines"))
        if parts:
            whole = dict.fromkeys(part.claim_id for part in parts)
            return tuple(_reported_target([part for part in parts if part.claim_id == claim]) for claim in whole)
    return ()


def _reported_target(parts: list[ReportedClaim]) -> Target:
    first = parts[0]
    policy = limits.policy_book().policies
    area = next((one.key.area for one in policy.values() if one.id == first.policy), "")
    lines = [LineMoney(item_id(line), line.amount_fen) for part in parts for line in part.lines.all()]
    return Target(
        id=first.claim_id,
        reported=True,
        institution_id=first.institution_id,
        person_id=first.person_id,
        area=area,
        fund_fen=sum(part.fund_fen for part in parts),
        total_fen=sum(part.total_fen for part in parts),
        stands=True,
        lines=tuple(lines),
        year=first.settled_at.year,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# WHAT IS RECOVERED ALREADY


def recoveries() -> QuerySet[Recovery]:
    """Recoveries with their steps, in the order in which they began."""
    return Recovery.objects.prefetch_related("entries").order_by("at", "id")


def open_ones(**given: UUID) -> list[Recovery]:
    """Those of a case, a claim or a person that hold or have moved money."""
    return [one for one in recoveries().filter(**given) if one.is_open]


def breaches(recoveries: Iterable[Recovery]) -> dict[str, int]:
    """What they cover, by line."""
    found: dict[str, int] = {}
    for recovery in recoveries:
        for line, fen in recovery.lines:
            found[line] = found.get(line, 0) + fen
    return found


def year_of(target: Target) -> tuple[list[Standing], State]:
    """The person's standing claims of the year, in order, and what was used before them."""
    book = limits.policy_book()
    claims = Claim.objects.filter(
        patient_id=target.person_id, on__year=target.year, state__in=STANDING, self_pay=""
    ).order_by("number")
    history = [
        standing_of(claim, part, book)
        for claim in claims.prefetch_related("parts__lines")
        for part in claim.parts.all()
    ]
    without = list(claims.values_list("id", flat=True))
    return history, limits.accumulators(person_id=target.person_id, year=target.year, without_claims=without)
