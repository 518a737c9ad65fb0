"""The verbs of insurance: enrol, qualify, suspend, fill the account, use limits and give them back."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from xinglin.benefits.totals import Effect
from xinglin.hospital.insurance.access import KEEP_INSURANCE, USE_LIMITS
from xinglin.hospital.insurance.errors import AlreadyQualified, CoverageOverlaps, DiseaseUnknown, UsageAlreadyUndone
from xinglin.hospital.insurance.models import ChronicQualification, Coverage, OnlineSuspension, PersonLimit, Usage
from xinglin.hospital.insurance.selectors import account_code, policy_book
from xinglin.hospital.insurance.usage import effect_of
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.ledger import services as ledger
from xinglin.hospital.ledger.services import AccountWanted, TransferWanted

CONTRIBUTIONS = "outside:contributions"


def lock_limits(*, actor: Actor, person_id: UUID) -> None:
    """Hold the person's limits until the transaction ends. Locked before anything else of the person is read.

    Two claims of one person would otherwise both see the same deductible and cap, and together pass them.
    """
    require(actor, USE_LIMITS)
    if not PersonLimit.objects.select_for_update().filter(person_id=person_id).exists():
        PersonLimit.objects.bulk_create([PersonLimit(person_id=person_id)], ignore_conflicts=True)
        PersonLimit.objects.select_for_update().get(person_id=person_id)


@transaction.atomic
def enrol(
    *,
    actor: Actor,
    coverage_id: UUID,
    person_id: UUID,
    area: str,
    insurance_type: str,
    person_type: str,
    from_on: date,
    now: datetime,
    until_on: date | None = None,
) -> Coverage:
    """Enter a person's insurance and open the personal account. The same id enters once. Raises CoverageOverlaps."""
    require(actor, KEEP_INSURANCE)
    lock_limits(actor=actor, person_id=person_id)
    done = Coverage.objects.filter(id=coverage_id).first()
    if done is not None:
        return done
    earlier = _meeting(Coverage.objects.filter(person_id=person_id), from_on, until_on).first()
    if earlier is not None:
        raise CoverageOverlaps(field="from_on", since=earlier.from_on)
    row = Coverage(
        id=coverage_id,
        person_id=person_id,
        area=area,
        insurance_type=insurance_type,
        person_type=person_type,
        from_on=from_on,
        until_on=until_on,
        recorded_at=now,
    )
    row.save(force_insert=True)
    _open_account(actor, person_id, now)
    return row


def _meeting(rows: QuerySet[Coverage], from_on: date, until_on: date | None) -> QuerySet[Coverage]:
    """Rows that share a day with the given ones."""
    found = rows.filter(Q(until_on__isnull=True) | Q(until_on__gte=from_on))
    return found if until_on is None else found.filter(from_on__lte=until_on)


def _open_account(actor: Actor, person_id: UUID, now: datetime) -> None:
    ledger.open_accounts(
        actor=actor,
        accounts=[
            AccountWanted(CONTRIBUTIONS, "outside"),
            AccountWanted(account_code(person_id), "person", owner_id=person_id, floor_fen=0),
        ],
        now=now,
    )


@transaction.atomic
def end_coverage(*, actor: Actor, person_id: UUID, until_on: date) -> bool:
    """End the open coverage on a day; False when there is none."""
    require(actor, KEEP_INSURANCE)
    lock_limits(actor=actor, person_id=person_id)
    return bool(Coverage.objects.filter(person_id=person_id, until_on=None).update(until_on=until_on))


@transaction.atomic
def qualify(
    *,
    actor: Actor,
    qualification_id: UUID,
    person_id: UUID,
    disease: str,
    certified_by: str,
    from_on: date,
    now: datetime,
    until_on: date | None = None,
) -> ChronicQualification:
    """Enter a chronic-disease qualification. The same id enters once. Raises DiseaseUnknown, AlreadyQualified."""
    require(actor, KEEP_INSURANCE)
    if disease not in policy_book().diseases:
        raise DiseaseUnknown(field="disease", disease=disease)
    lock_limits(actor=actor, person_id=person_id)
    done = ChronicQualification.objects.filter(id=qualification_id).first()
    if done is not None:
        return done
    same = ChronicQualification.objects.filter(person_id=person_id, disease=disease)
    if same.filter(Q(until_on__isnull=True) | Q(until_on__gte=from_on)).exists():
        raise AlreadyQualified(field="disease")
    row = ChronicQualification(
        id=qualification_id,
        person_id=person_id,
        disease=disease,
        certified_by=certified_by,
        from_on=from_on,
        until_on=until_on,
        recorded_at=now,
    )
    row.save(force_insert=True)
    return row


@transaction.atomic
def suspend_online(
    *,
    actor: Actor,
    suspension_id: UUID,
    person_id: UUID,
    basis: str,
    from_on: date,
    until_on: date | None,
    now: datetime,
) -> OnlineSuspension:
    """Stop online settlement for a person on these days (基金条例 articles 30 and 41). The same id suspends once."""
    require(actor, KEEP_INSURANCE)
    row, _ = OnlineSuspension.objects.get_or_create(
        id=suspension_id,
        defaults={
            "person_id": person_id,
            "basis": basis,
            "from_on": from_on,
            "until_on": until_on,
            "recorded_at": now,
        },
    )
    return row


@transaction.atomic
def fill_account(*, actor: Actor, transfer_id: UUID, person_id: UUID, amount_fen: int, now: datetime) -> None:
    """Put a contribution into the personal account. The same id puts it in once."""
    require(actor, KEEP_INSURANCE)
    _open_account(actor, person_id, now)
    ledger.transfer(
        actor=actor,
        group_id=transfer_id,
        transfers=[
            TransferWanted(transfer_id, CONTRIBUTIONS, account_code(person_id), amount_fen, "account_contribution")
        ],
        now=now,
    )


# ACCUMULATORS


def reserve_usage(*, actor: Actor, person_id: UUID, claim_id: UUID, effects: Sequence[Effect], now: datetime) -> None:
    """Write down what the parts of a claim will use, under the caller's lock of the person's limits."""
    require(actor, USE_LIMITS)
    Usage.objects.bulk_create(
        [_usage("reserved", person_id, claim_id, part, effect, now) for part, effect in enumerate(effects)]
    )


def give_back_usage(*, actor: Actor, claim_id: UUID, kind: str, now: datetime) -> int:
    """Give back what a claim used: `released` when it was given up, `revoked` when it had been settled.

    Done twice in the same way it is done once. Returns how many parts there were. Raises UsageAlreadyUndone.
    """
    require(actor, USE_LIMITS)
    if kind not in {"released", "revoked"}:
        raise ValueError(f"usage is released or revoked, not {kind}")
    rows = list(Usage.objects.filter(claim_id=claim_id).order_by("part"))
    undone = {row.kind for row in rows} - {"reserved"}
    if undone - {kind}:
        raise UsageAlreadyUndone
    used = [row for row in rows if row.kind == "reserved"]
    if not undone:
        back = [_usage(kind, row.person_id, claim_id, row.part, effect_of(row).negated(), now) for row in used]
        Usage.objects.bulk_create(back)
    return len(used)


def _usage(kind: str, person_id: UUID, claim_id: UUID, part: int, effect: Effect, now: datetime) -> Usage:
    return Usage(
        id=new_id(),
        person_id=person_id,
        claim_id=claim_id,
        part=part,
        kind=kind,
        care_type=effect.key.care_type,
        disease=effect.key.disease,
        year=effect.key.year,
        deductible_fen=effect.deductible_fen,
        basic_fund_fen=effect.basic_fund_fen,
        in_scope_fen=effect.in_scope_fen,
        burden_fen=effect.burden_fen,
        serious_fen=effect.serious_fen,
        visits=effect.visits,
        at=now,
    )
