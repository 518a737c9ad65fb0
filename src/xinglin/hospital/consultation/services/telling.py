"""What patients and physicians tell for the check of medicines: said, corrected, taken back. Nothing is overwritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xinglin.clinical.knowledge import load_knowledge
from xinglin.clinical.medicines.allergens import resolve_allergen
from xinglin.clinical.medicines.names import resolve
from xinglin.hospital.consultation import gate
from xinglin.hospital.consultation.access import TELL_FACTS, WRITE_RECORD
from xinglin.hospital.consultation.measures import measures
from xinglin.hospital.consultation.models import AllergyTold, LifeState, MedicineTold, Observation, PlannedTest, Visit
from xinglin.hospital.consultation.told_models import Told
from xinglin.hospital.consultation.words import Reaction, Side, VisitState
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T

MOST_ROWS = 60
NAME_MAX, SIG_MAX = 120, 200
WEEKS_MAX = 45
WRITABLE = frozenset({VisitState.REQUESTED, VisitState.WAITING, VisitState.IN_PROGRESS, VisitState.ENDED})
KINDS: dict[str, type[Told]] = {"allergy": AllergyTold, "medicine": MedicineTold, "observation": Observation}


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement as typed: code, text, the day on which it was taken, and its unit (empty: the table's own)."""

    code: str
    text: str
    on: date
    unit: str = ""


@dataclass(frozen=True, slots=True)
class _Speaker:
    side: Side
    institution_id: UUID
    visit_id: UUID | None


def _speaker(actor: Actor, patient_id: UUID, visit_id: UUID | None, now: datetime) -> _Speaker:
    """On whose side the actor may speak of the patient. Raises NotFound."""
    require(actor, TELL_FACTS)
    if visit_id is not None:
        visit = Visit.objects.filter(id=visit_id, patient_id=patient_id).first()
        if visit is None or visit.state not in WRITABLE:
            raise NotFound
        return _Speaker(gate.side_of(actor, visit), visit.institution_id, visit.id)
    if not actor.acts_for(patient_id):
        raise NotFound
    return _Speaker(Side.PATIENT, identity.the_hospital(at=now).id, None)


def _wrong(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(field=field, reason=T(zh=zh, en=en))


def _said(actor: Actor, who: _Speaker, patient_id: UUID, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "patient_id": patient_id,
        "visit_id": who.visit_id,
        "side": who.side,
        "by_id": actor.id,
        "by_label": actor.label[:120],
        "at": now,
    }


def _note(actor: Actor, who: _Speaker, verb: str, patient_id: UUID, now: datetime, **detail: Any) -> None:
    """The journal holds codes and ids, never what the patient said."""
    journal.write(
        actor=actor,
        institution_id=who.institution_id,
        verb=verb,
        object_type="person",
        object_id=patient_id,
        now=now,
        detail=detail,
    )


@transaction.atomic
def tell_measures(
    *, actor: Actor, patient_id: UUID, visit_id: UUID | None = None, values: Sequence[Measured], now: datetime
) -> list[Observation]:
    """Write measurements down; empty texts are passed over. Raises InvalidForm naming each wrong field, NotFound."""
    who = _speaker(actor, patient_id, visit_id, now)
    rows, wrong = [], []
    for value in values[:MOST_ROWS]:
        if not value.text.strip():
            continue
        try:
            rows.append(_measured(value, _said(actor, who, patient_id, now), civil_day(now)))
        except InvalidInput as error:
            wrong.append(error)
    if wrong:
        raise InvalidForm(wrong)
    for row in rows:
        row.save(force_insert=True)
    if rows:
        _note(actor, who, "tell_measures", patient_id, now, codes=[row.code for row in rows])
    return rows


def _measured(value: Measured, said: Mapping[str, Any], today: date) -> Observation:
    known = measures().get(value.code)
    if known is None:
        raise InvalidInput(field="code", reason=T(zh="请从列表中选择项目。", en="Choose from the list."))
    if value.on > today or value.on.year < 1990:
        raise InvalidInput(
            field=f"{value.code}-on", reason=T(zh="日期不能晚于今天。", en="The day cannot be later than today.")
        )
    number = known.parsed(value.text, value.code, value.unit)
    return Observation(**said, code=value.code, value=number, unit=value.unit or known.unit, on=value.on)


@transaction.atomic
def tell_life_state(
    *,
    actor: Actor,
    patient_id: UUID,
    visit_id: UUID | None = None,
    pregnant: bool | None,
    weeks: int | None = None,
    lactating: bool | None,
    now: datetime,
) -> LifeState:
    """Whether she is pregnant, in which week today, and whether she breastfeeds. None is: not known."""
    who = _speaker(actor, patient_id, visit_id, now)
    if weeks is not None and not 0 <= weeks <= WEEKS_MAX:
        raise _wrong("weeks", "孕周应为 0 到 45。", "Weeks are 0 to 45.")
    if weeks is not None and not pregnant:
        raise _wrong("weeks", "填了孕周，请选“怀孕”。", "With weeks, choose “pregnant”.")
    row = LifeState(
        **_said(actor, who, patient_id, now), pregnant=pregnant, weeks=weeks, lactating=lactating, on=civil_day(now)
    )
    row.save(force_insert=True)
    _note(actor, who, "tell_life_state", patient_id, now)
    return row


@transaction.atomic
def tell_allergy(
    *,
    actor: Actor,
    patient_id: UUID,
    visit_id: UUID | None = None,
    substance: str = "",
    reaction: str = "any",
    none_known: bool = False,
    now: datetime,
) -> AllergyTold:
    """Add an allergy in words, or say that none is known. Words that are not understood are kept as they are."""
    who = _speaker(actor, patient_id, visit_id, now)
    words = " ".join(substance.split())
    if not none_known and not 1 <= len(words) <= NAME_MAX:
        reason = T(zh="请写药名或类别，例如“青霉素”。", en="Name the medicine or its class, such as “penicillin”.")
        raise InvalidInput(field="substance", reason=reason)
    if reaction not in set(Reaction):
        raise InvalidInput(
            field="reaction", reason=T(zh="请从列表中选择反应。", en="Choose the reaction from the list.")
        )
    codes = [] if none_known else sorted(resolve_allergen(words, load_knowledge()))
    said = _said(actor, who, patient_id, now)
    row = AllergyTold(
        **said, none_known=none_known, substance="" if none_known else words, codes=codes, reaction=reaction
    )
    row.save(force_insert=True)
    _note(actor, who, "tell_allergy", patient_id, now, understood=bool(codes) or none_known)
    return row


@transaction.atomic
def tell_medicine(
    *,
    actor: Actor,
    patient_id: UUID,
    visit_id: UUID | None = None,
    name: str = "",
    sig: str = "",
    since_on: date | None = None,
    until_on: date | None = None,
    none_taken: bool = False,
    now: datetime,
) -> MedicineTold:
    """Add a medicine that is taken from elsewhere, in words, or say that nothing else is taken."""
    who = _speaker(actor, patient_id, visit_id, now)
    words = " ".join(name.split())
    if not none_taken and not 1 <= len(words) <= NAME_MAX:
        raise InvalidInput(
            field="name", reason=T(zh="请写药名，包装上的名字就可以。", en="Name the medicine as on its box.")
        )
    if len(sig.strip()) > SIG_MAX:
        raise _wrong("sig", "用法最多 200 字。", "At most 200 characters.")
    if since_on and until_on and until_on < since_on:
        raise InvalidInput(
            field="until_on", reason=T(zh="结束不能早于开始。", en="The end cannot be before the start.")
        )
    named = resolve(words) if words else None
    row = MedicineTold(
        **_said(actor, who, patient_id, now),
        none_taken=none_taken,
        name="" if none_taken else words,
        codes=list(named.codes) if named and named.known else [],
        sig=sig.strip(),
        since_on=since_on,
        until_on=until_on,
    )
    row.save(force_insert=True)
    _note(actor, who, "tell_medicine", patient_id, now, understood=bool(row.codes) or none_taken)
    return row


def _standing(kind: str, patient_id: UUID, row_id: UUID) -> Told:
    """The row that somebody wants to correct. Raises NotFound for one that is another's or replaced already."""
    model = KINDS.get(kind)
    if model is None:
        raise NotFound
    row = model._default_manager.filter(id=row_id, patient_id=patient_id, withdrawn=False).first()
    if row is None or model._default_manager.filter(replaces_id=row_id).exists():
        raise NotFound
    found: Told = row
    return found


def _again(row: Told, said: Mapping[str, Any], **changes: Any) -> Told:
    """A copy of a row by whoever says it now, which takes its place."""
    own = {f.attname for f in Told._meta.get_fields() if hasattr(f, "attname")}
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in own}
    fresh = type(row)(**values, **said, replaces_id=row.id)
    for name, value in changes.items():
        setattr(fresh, name, value)
    fresh.save(force_insert=True)
    return fresh


@transaction.atomic
def withdraw_fact(
    *, actor: Actor, patient_id: UUID, visit_id: UUID | None = None, kind: str, row_id: UUID, now: datetime
) -> None:
    """Take back an allergy, a medicine or a measurement that does not hold. Raises NotFound."""
    who = _speaker(actor, patient_id, visit_id, now)
    row = _standing(kind, patient_id, row_id)
    _again(row, _said(actor, who, patient_id, now), withdrawn=True)
    _note(actor, who, "withdraw_fact", patient_id, now, kind=kind, row=str(row_id))


@transaction.atomic
def hold_medicine(
    *, actor: Actor, patient_id: UUID, visit_id: UUID | None = None, row_id: UUID, held: bool, now: datetime
) -> MedicineTold:
    """Note that a medicine pauses while a new order runs, or goes on again. Raises NotFound."""
    who = _speaker(actor, patient_id, visit_id, now)
    row = _standing("medicine", patient_id, row_id)
    fresh = _again(row, _said(actor, who, patient_id, now), held=held)
    _note(actor, who, "hold_medicine", patient_id, now, row=str(row_id), held=held)
    assert isinstance(fresh, MedicineTold)
    return fresh


@transaction.atomic
def plan_test(*, actor: Actor, visit_id: UUID, code: str, due_on: date, why: str = "", now: datetime) -> PlannedTest:
    """Put a test on the visit's list of what is to be watched. The same test by the same day is planned once."""
    require(actor, WRITE_RECORD)
    visit = gate.visit_of_physician(actor, visit_id)
    gate.no_emergency(visit.id)
    if code not in measures():
        raise _wrong("code", "没有这个检验项目。", "There is no such test.")
    row, new = PlannedTest.objects.get_or_create(
        visit_id=visit.id,
        code=code,
        due_on=due_on,
        defaults={
            "id": new_id(),
            "patient_id": visit.patient_id,
            "why": why[:120],
            "by_id": actor.id,
            "at": now,
        },
    )
    if new:
        who = _Speaker(Side.PHYSICIAN, visit.institution_id, visit.id)
        _note(actor, who, "plan_test", visit.patient_id, now, code=code, due_on=due_on.isoformat())
    return row
