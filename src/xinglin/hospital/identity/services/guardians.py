"""Guardians: someone verified who may act for a child or another person, confirmed by the register or by a reviewer."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from xinglin.hospital.identity import errors
from xinglin.hospital.identity.access import REVIEW_GUARDIANS, SEE_OWN
from xinglin.hospital.identity.events import GuardianshipAccepted
from xinglin.hospital.identity.locks import hold
from xinglin.hospital.identity.models import Guardianship, Person
from xinglin.hospital.identity.numbers import NUMBER_SEAL, same_name
from xinglin.hospital.identity.parameters import ADULT_YEARS
from xinglin.hospital.identity.ports import OutOfReach, PopulationRegistry
from xinglin.hospital.identity.selectors.facts import person_facts
from xinglin.hospital.identity.selectors.people import age_on
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN
from xinglin.hospital.identity.services.registration import Declared, keep_photo, make_person
from xinglin.hospital.identity.services.registry import record_answer
from xinglin.hospital.identity.words import CheckResult, GuardianshipState, IdType, PhotoKind, Relation
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.kernel.ports import outside
from xinglin.hospital.kernel.signing import blind_index, unseal
from xinglin.hospital.kernel.texts import T

PARENTS = frozenset({Relation.MOTHER, Relation.FATHER})


def add_guardian(
    *, actor: Actor, id: UUID, declared: Declared, relation: str, now: datetime, evidence: bytes | None = None
) -> str:
    """Ask to be confirmed as guardian of a person; returns the state's code, 'accepted' or 'asked'.

    A parent whom the register shows in that relation is confirmed at once; otherwise the evidence is reviewed. The
    ward's entry is made with it. Raises GuardianNotVerified, GuardianTooYoung, GuardianshipExists, InvalidInput.
    """
    require(actor, SEE_OWN)
    guardian = _ready_guardian(actor, now)
    kind = _relation(relation, declared, now)
    known = _same_person(declared)
    answer, kinship = _ask(declared, guardian, kind, now)
    confirmed = answer == CheckResult.MATCH and kinship == CheckResult.MATCH
    if not confirmed and not evidence and declared.id_type != IdType.MOTHER:
        reason = T(
            zh="登记库没有确认亲属关系，请上传户口簿、出生医学证明或指定监护文书的照片。",
            en="The register does not confirm the relation: upload the household booklet, birth certificate or order.",
        )
        raise InvalidInput(field="evidence", reason=reason)
    with transaction.atomic():
        hold(f"number:{declared.number}" if declared.number else "", f"guardian:{guardian.pk}")
        ward = known or _same_person(declared) or make_person(id, declared, now)
        _refuse_second(ward, guardian)
        if answer is not None:
            record_answer(actor, ward, answer, now)
        photo = (
            keep_photo(actor, ward.pk, PhotoKind.GUARDIANSHIP, evidence, now, field="evidence") if evidence else None
        )
        row = Guardianship(
            id=id, ward=ward, guardian=guardian, relation=kind, evidence_id=photo, asked_at=now, until=_end(ward, kind)
        )
        row.save(force_insert=True)
        _journal(actor, "add_guardian", row, now, {"relation": kind.value, "kinship": str(kinship)})
        if confirmed:
            _accept(actor, row, "registry", now)
        else:
            announce("desk:affairs", "guardian", row.pk)
    return row.state


def _ready_guardian(actor: Actor, now: datetime) -> Person:
    guardian = Person.objects.filter(account_id=actor.id, status="active").first()
    if guardian is None:
        raise NotFound
    if age_on(guardian.birth_on, civil_day(now)) < ADULT_YEARS:
        raise errors.GuardianTooYoung(years=ADULT_YEARS)
    if person_facts(person_id=guardian.pk, at=now)["identity_state"] != "verified":
        raise errors.GuardianNotVerified
    return guardian


def _relation(relation: str, declared: Declared, now: datetime) -> Relation:
    if relation not in Relation.values:
        raise InvalidInput(
            field="relation", reason=T(zh="请选择您与对方的关系。", en="Choose what you are to the person.")
        )
    newborn = declared.id_type == IdType.MOTHER
    if newborn and (relation != Relation.MOTHER or age_on(declared.birth_on, civil_day(now)) > 0):
        reason = T(
            zh="只有母亲可以用本人证件为新生儿登记。", en="Only the mother may register a newborn under her document."
        )
        raise InvalidInput(field="relation", reason=reason)
    return Relation(relation)


def _same_person(declared: Declared) -> Person | None:
    """The entry under this number. A name that does not fit is refused without telling whose number it is."""
    if not declared.number:
        return None
    row = Person.objects.filter(id_number_index=blind_index(declared.number, NUMBER_SEAL)).first()
    if row is not None and not same_name(row.name, declared.name):
        reason = T(zh="姓名与证件号码不一致，请核对。", en="Name and number do not belong together; please check.")
        raise InvalidInput(field="number", reason=reason)
    return row


def _ask(
    declared: Declared, guardian: Person, relation: Relation, now: datetime
) -> tuple[CheckResult | None, CheckResult | None]:
    """What the register says of the ward's name and of the relation; None where it is not asked."""
    if declared.id_type != IdType.RESIDENT:
        return None, None
    register = outside(PopulationRegistry)
    try:
        answer = CheckResult(register.check(name=declared.name, number=declared.number, at=now))
        if relation not in PARENTS or guardian.id_number_sealed is None or guardian.id_type != IdType.RESIDENT:
            return answer, None
        kinship = register.kinship(
            ward_number=declared.number,
            guardian_number=unseal(bytes(guardian.id_number_sealed), NUMBER_SEAL).decode(),
            relation=relation.value,
            born_on=declared.birth_on,
            at=now,
        )
    except OutOfReach:
        return CheckResult.DOWN, None
    return answer, CheckResult(kinship)


def _refuse_second(ward: Person, guardian: Person) -> None:
    if ward.pk == guardian.pk:
        raise InvalidInput(field="number", reason=T(zh="这是您自己的证件号码。", en="This is your own number."))
    open_states = [GuardianshipState.ASKED, GuardianshipState.ACCEPTED]
    if Guardianship.objects.filter(ward=ward, guardian=guardian, state__in=open_states).exists():
        raise errors.GuardianshipExists(field="number")


def _end(ward: Person, relation: Relation) -> date | None:
    """A parent's guardianship of a minor ends the day before the child comes of age; others end when ended."""
    if relation not in PARENTS:
        return None
    year = ward.birth_on.year + ADULT_YEARS
    try:
        birthday = ward.birth_on.replace(year=year)
    except ValueError:
        birthday = date(year, 3, 1)
    return date.fromordinal(birthday.toordinal() - 1)


def _accept(actor: Actor, row: Guardianship, basis: str, now: datetime, reason: str = "") -> None:
    row.state = GuardianshipState.ACCEPTED
    row.basis = basis
    row.accepted_by = actor.id
    row.accepted_at = now
    row.decision_reason = reason[:200]
    row.save()
    publish(GuardianshipAccepted(guardianship_id=row.pk, ward_id=row.ward_id, guardian_id=row.guardian_id, at=now))
    announce(f"person:{row.guardian_id}", "identity", row.pk)


@transaction.atomic
def decide_guardianship(*, actor: Actor, guardianship_id: UUID, accept: bool, reason: str, now: datetime) -> None:
    """Confirm or refuse a guardianship with the evidence in view. Raises NotFound, AlreadyDecided, InvalidInput."""
    require(actor, REVIEW_GUARDIANS)
    row = Guardianship.objects.select_for_update().filter(pk=guardianship_id).first()
    if row is None:
        raise NotFound
    if row.state != GuardianshipState.ASKED:
        raise errors.AlreadyDecided
    if not accept and not reason.strip():
        raise InvalidInput(field="reason", reason=T(zh="请写明不通过的原因。", en="Say why it is not accepted."))
    _journal(actor, "decide_guardianship", row, now, {"accept": accept, "reason": reason[:200]})
    if accept:
        _accept(actor, row, "reviewed", now, reason)
        return
    row.state = GuardianshipState.REFUSED
    row.decision_reason = reason[:200]
    row.save()
    announce(f"person:{row.guardian_id}", "identity", row.pk)


@transaction.atomic
def end_guardianship(*, actor: Actor, guardianship_id: UUID, now: datetime) -> None:
    """End a guardianship: by the guardian, or by medical affairs. Raises NotFound, AlreadyDecided."""
    row = Guardianship.objects.select_for_update().filter(pk=guardianship_id).first()
    if row is None or not (row.guardian_id == actor.person_id or REVIEW_GUARDIANS.held_by(actor)):
        raise NotFound
    if row.state not in {GuardianshipState.ASKED, GuardianshipState.ACCEPTED}:
        raise errors.AlreadyDecided
    row.state = GuardianshipState.ENDED
    row.until = civil_day(now) - timedelta(days=1)  # days are inclusive, and an end acts at once
    row.save()
    _journal(actor, "end_guardianship", row, now, {})


def _journal(actor: Actor, verb: str, row: Guardianship, now: datetime, detail: dict[str, object]) -> None:
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb=verb,
        object_type="guardianship",
        object_id=row.pk,
        now=now,
        detail=detail | {"ward_id": str(row.ward_id), "guardian_id": str(row.guardian_id)},
    )
