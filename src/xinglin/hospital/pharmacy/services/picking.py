"""Picking by trace code: every box of the prescription scanned, each box once in its life."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.access import DISPENSE
from xinglin.hospital.pharmacy.errors import TraceCodeTaken
from xinglin.hospital.pharmacy.events import PrescriptionPicked
from xinglin.hospital.pharmacy.models import PackIdentification, Prescription, TracedPack
from xinglin.hospital.pharmacy.services.moving import locked, move, require_state, require_valid
from xinglin.hospital.pharmacy.states import State
from xinglin.hospital.pharmacy.trace import PREFIX, check_picks


@transaction.atomic
def pick(
    *, actor: Actor, prescription_id: UUID, trace_codes: Mapping[UUID, Sequence[str]], now: datetime
) -> Prescription:
    """Set an approved prescription ready: `trace_codes` gives for every line as many codes as packs.

    The same codes again are the same deed. Raises TraceCodeMalformed, TraceCodeOfOtherProduct, TraceCodeTwice,
    WrongNumberOfPacks, TraceCodeTaken, WrongStage, PrescriptionExpired; then nothing is written.
    """
    require(actor, DISPENSE)
    row = _at_my_desk(actor, prescription_id)
    lines = list(row.lines.all())
    wanted = {line.id: (line.product_code, T(zh=line.name_zh, en=line.name_en), line.packs) for line in lines}
    if set(trace_codes) - set(wanted):
        reason = T(zh="扫码不属于这张处方，请刷新页面。", en="A scan belongs to another prescription; reload the page.")
        raise InvalidInput(field="codes", reason=reason)
    picks = check_picks(wanted, trace_codes, _identified(wanted.values(), trace_codes))
    if row.state == State.PICKED and _same_as_before(row, picks):
        return row
    require_state(row, State.APPROVED)
    require_valid(row, now)
    _take(actor, row, picks, now)
    move(row, State.PICKED, verb="pick", actor=actor, now=now, detail={"packs": sum(map(len, picks.values()))})
    publish(
        PrescriptionPicked(
            prescription_id=row.id,
            visit_id=row.visit_id,
            patient_id=row.patient_id,
            institution_id=row.institution_id,
            total_fen=row.total_fen,
            at=now,
        )
    )
    return row


def _at_my_desk(actor: Actor, prescription_id: UUID) -> Prescription:
    row = locked(actor, prescription_id)
    if row.institution_id not in actor.institution_ids:
        raise NotFound
    return row


def _identified(wanted: Iterable[tuple[str, T, int]], scanned: Mapping[UUID, Sequence[str]]) -> dict[str, str]:
    """Registered beginnings of trace codes, for the products wanted and the codes scanned."""
    prefixes = {code.strip()[:PREFIX] for codes in scanned.values() for code in codes}
    rows = PackIdentification.objects.filter(product_code__in={code for code, _, _ in wanted})
    others = PackIdentification.objects.filter(prefix__in=prefixes)
    return dict(rows.values_list("prefix", "product_code")) | dict(others.values_list("prefix", "product_code"))


def _same_as_before(row: Prescription, picks: Mapping[UUID, list[str]]) -> bool:
    held = row.packs.filter(shelved_at=None).values_list("line_id", "code")
    return set(held) == {(line_id, code) for line_id, codes in picks.items() for code in codes}


def _take(actor: Actor, row: Prescription, picks: Mapping[UUID, list[str]], now: datetime) -> None:
    """Insert the boxes. The unique index decides a race: the second of two gets TraceCodeTaken and nothing else."""
    codes = sorted(code for taken in picks.values() for code in taken)
    packs = [
        TracedPack(id=new_id(), prescription=row, line_id=line_id, code=code, picked_at=now, picked_by_id=actor.id)
        for line_id, taken in picks.items()
        for code in taken
    ]
    known = _first_known(codes)
    if known is None:
        try:
            with transaction.atomic():
                # In the order of codes: two desks that scan the same boxes wait for each other and never deadlock.
                TracedPack.objects.bulk_create(sorted(packs, key=lambda pack: pack.code))
        except IntegrityError as error:
            known = _first_known(codes)
            if known is None:
                raise
            raise TraceCodeTaken(field="codes", given=known) from error
        return
    raise TraceCodeTaken(field="codes", given=known)


def _first_known(codes: Sequence[str]) -> str | None:
    return (
        TracedPack.objects.filter(code__in=codes, shelved_at=None)
        .order_by("code")
        .values_list("code", flat=True)
        .first()
    )


@transaction.atomic
def unpick(*, actor: Actor, prescription_id: UUID, now: datetime) -> Prescription:
    """Put the boxes of an unpaid prescription back on the shelf; they may be picked again. Raises WrongStage."""
    require(actor, DISPENSE)
    row = _at_my_desk(actor, prescription_id)
    require_state(row, State.PICKED)
    row.packs.filter(shelved_at=None).update(shelved_at=now)
    move(row, State.APPROVED, verb="unpick", actor=actor, now=now)
    return row


@transaction.atomic
def register_pack_identification(*, actor: Actor, product_code: str, prefix: str, now: datetime) -> None:
    """Say that boxes whose trace codes begin with these seven digits hold this product. Raises InvalidInput."""
    require(actor, DISPENSE)
    digits = prefix.strip()
    if len(digits) != PREFIX or not (digits.isascii() and digits.isdigit()):
        raise InvalidInput(field="prefix", reason=T(zh="应为 7 位数字。", en="Seven digits are needed."))
    row, made = PackIdentification.objects.get_or_create(prefix=digits, defaults={"product_code": product_code})
    if row.product_code != product_code:
        raise InvalidInput(
            field="prefix",
            reason=T(zh="这个标识码已属于另一种药品。", en="These digits belong to another product already."),
        )
    if made:
        for institution_id in sorted(actor.institution_ids)[:1]:
            journal.write(
                actor=actor,
                institution_id=institution_id,
                verb="register_pack_identification",
                object_type="product",
                object_id=None,
                now=now,
                detail={"product_code": product_code, "prefix": digits},
            )
