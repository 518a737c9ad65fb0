"""Registration: a real name, a phone that answers, a document photo, the population register's word."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.identity import errors
from xinglin.hospital.identity.access import SEE_OWN
from xinglin.hospital.identity.events import PersonRegistered
from xinglin.hospital.identity.locks import hold
from xinglin.hospital.identity.models import Account, DocumentPhoto, Person, PersonVerification
from xinglin.hospital.identity.numbers import (
    NUMBER_SEAL,
    clean_name,
    clean_phone,
    other_number,
    pinyin_key,
    resident_number,
    same_name,
)
from xinglin.hospital.identity.parameters import ADULT_YEARS
from xinglin.hospital.identity.selectors.people import age_on
from xinglin.hospital.identity.services.codes import prove_phone, use_code
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN, record_auth_event
from xinglin.hospital.identity.words import (
    AccountKind,
    CheckMethod,
    CheckResult,
    CodePurpose,
    IdType,
    PhotoKind,
    ProofMethod,
    Sex,
)
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require, system_actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.pictures import clean_picture
from xinglin.hospital.kernel.signing import blind_index, seal
from xinglin.hospital.kernel.texts import T

REGISTRAR = system_actor("registration")


@dataclass(frozen=True, slots=True)
class Declared:
    """What someone says of a person, cleaned and consistent. `number` is empty for a newborn only."""

    name: str
    id_type: str
    number: str
    sex: str
    birth_on: date
    area: str = ""


def declare(
    *,
    actor: Actor,
    name: str,
    id_type: str,
    number: str,
    now: datetime,
    sex: str = "",
    birth_on: date | None = None,
    myself: bool = False,
) -> Declared:
    """Check what is said of a person, field by field; changes nothing. Raises InvalidForm with every wrong field.

    With `myself` the speaker is the person and must be of age: else MinorNeedsGuardian. Sex and birth date are read
    from a resident number; for other documents they are asked for.
    """
    wrong: list[InvalidInput] = []
    today = civil_day(now)
    clean = area = ""
    try:
        said_name = clean_name(name)
    except InvalidInput as error:
        wrong.append(error)
    if id_type not in IdType.values:
        raise InvalidForm([InvalidInput(field="id_type", reason=T(zh="请选择证件类型。", en="Choose a document."))])
    try:
        if id_type == IdType.RESIDENT:
            read = resident_number(number, on=today)
            clean, sex, birth_on, area = read.number, read.sex, read.birth_on, read.area
        elif id_type != IdType.MOTHER:
            clean = other_number(number, id_type=IdType(id_type))
    except InvalidInput as error:
        wrong.append(error)
    if id_type != IdType.RESIDENT:
        wrong += _asked(sex, birth_on, today)
    if wrong or birth_on is None:
        raise InvalidForm(wrong)
    made = Declared(said_name, id_type, clean, sex, birth_on, area)
    if myself:
        _refuse_minor(made, now)
    return made


def _refuse_minor(declared: Declared, now: datetime) -> None:
    if age_on(declared.birth_on, civil_day(now)) < ADULT_YEARS or not declared.number:
        raise errors.MinorNeedsGuardian(field="number", years=ADULT_YEARS)


def _asked(sex: str, birth_on: date | None, today: date) -> list[InvalidInput]:
    wrong = []
    if sex not in Sex.values:
        wrong.append(InvalidInput(field="sex", reason=T(zh="请选择性别。", en="Choose the sex.")))
    if birth_on is None or not date(1890, 1, 1) <= birth_on <= today:
        reason = T(zh="请填写出生日期，不晚于今天。", en="Enter the birth date, not later than today.")
        wrong.append(InvalidInput(field="birth_on", reason=reason))
    return wrong


@dataclass(frozen=True, slots=True)
class Registered:
    """The account that was opened and the person it belongs to."""

    account_id: UUID
    person_id: UUID


def register_patient(
    *,
    actor: Actor,
    id: UUID,
    declared: Declared,
    phone: str,
    code: str,
    now: datetime,
    address: str = "",
    language: str = "zh-hans",
    session: str = "",
) -> Registered:
    """Open a patient's account: an adult with a real name and a phone that answers the code.

    The caller makes the person's id, so that a retry is the same registration. Someone whom the hospital knows already
    without an account gets that entry when name and phone agree. Raises InvalidInput, MinorNeedsGuardian, WrongCode,
    CodeDead, PhoneTaken, NumberTaken.
    """
    number = clean_phone(phone)
    _refuse_minor(declared, now)
    code_id = prove_phone(number, CodePurpose.REGISTER, code, now)
    with transaction.atomic():
        use_code(code_id, now)
        hold(f"phone:{number}", f"number:{declared.number}")
        if Account.objects.filter(phone=number).exists():
            raise errors.PhoneTaken(field="phone")
        row = _known(declared, number) or make_person(id, declared, now, phone=number, address=address)
        account = Account(username=f"p{row.pk.hex}", kind=AccountKind.PATIENT, phone=number, language=language)
        account.set_unusable_password()
        account.save(force_insert=True)
        Person.objects.filter(pk=row.pk).update(account=account, phone=number)
        write_check(row.pk, CheckMethod.PHONE, CheckResult.PASS, REGISTRAR, now, "sms")
        record_auth_event(actor=REGISTRAR, account_id=account.pk, method=ProofMethod.CODE, now=now, session=session)
        journal.write(
            actor=REGISTRAR,
            institution_id=PLATFORM_CHAIN,
            verb="register_patient",
            object_type="person",
            object_id=row.pk,
            now=now,
            detail={"account_id": str(account.pk), "id_type": declared.id_type},
        )
        publish(PersonRegistered(person_id=row.pk, at=now))
    return Registered(account.pk, row.pk)


def _known(declared: Declared, phone: str) -> Person | None:
    """The entry that the hospital already has under this number: taken over only when name and phone agree."""
    index = blind_index(declared.number, NUMBER_SEAL)
    row = Person.objects.select_for_update().filter(id_number_index=index).first()
    if row is None:
        return None
    if row.account_id is not None or row.phone != phone or not same_name(row.name, declared.name):
        raise errors.NumberTaken(field="number")
    return row


def make_person(person_id: UUID, declared: Declared, now: datetime, *, phone: str = "", address: str = "") -> Person:
    """A new entry for a person, number sealed."""
    row = Person(
        id=person_id,
        name=declared.name,
        name_key=pinyin_key(declared.name),
        sex=declared.sex,
        birth_on=declared.birth_on,
        id_type=declared.id_type,
        id_number_sealed=seal(declared.number.encode(), NUMBER_SEAL) if declared.number else None,
        id_number_index=blind_index(declared.number, NUMBER_SEAL) if declared.number else None,
        phone=phone,
        address=address[:200],
        area=declared.area,
        registered_at=now,
    )
    row.save(force_insert=True)
    return row


def write_check(
    person_id: UUID, method: CheckMethod, result: CheckResult, actor: Actor, now: datetime, source: str
) -> None:
    """Write down the outcome of one check of a person."""
    PersonVerification(
        id=new_id(), person_id=person_id, method=method, result=result, at=now, by=actor.id, source=source
    ).save(force_insert=True)


def sign_in_with_code(*, actor: Actor, phone: str, code: str, now: datetime, session: str = "") -> UUID:
    """The patient's account behind a phone that answered; the edge opens the session. Raises as `prove_phone`,
    and NoAccountForPhone, which only the phone's holder can learn.
    """
    number = clean_phone(phone)
    code_id = prove_phone(number, CodePurpose.SIGN_IN, code, now)
    with transaction.atomic():
        use_code(code_id, now)
        account = Account.objects.filter(phone=number, kind=AccountKind.PATIENT, is_active=True).first()
        if account is not None:
            record_auth_event(
                actor=system_actor("sign-in"), account_id=account.pk, method=ProofMethod.CODE, now=now, session=session
            )
    if account is None:
        raise errors.NoAccountForPhone(field="phone")
    return account.pk


@transaction.atomic
def correct_identity(*, actor: Actor, declared: Declared, now: datetime) -> None:
    """Correct the own name or number while no check has confirmed them. Raises NotFound, AlreadyVerified, NumberTaken,
    MinorNeedsGuardian. A confirmed name changes by a new document at the hospital only.
    """
    require(actor, SEE_OWN)
    _refuse_minor(declared, now)
    row = Person.objects.select_for_update().filter(account_id=actor.id, status="active").first()
    if row is None:
        raise NotFound
    real_name = [CheckMethod.REGISTRY, CheckMethod.DOCUMENT]
    if row.verifications.filter(method__in=real_name, result=CheckResult.MATCH).exists():
        raise errors.AlreadyVerified
    hold(f"number:{declared.number}")
    index = blind_index(declared.number, NUMBER_SEAL)
    if Person.objects.filter(id_number_index=index).exclude(pk=row.pk).exists():
        raise errors.NumberTaken(field="number")
    row.name, row.name_key = declared.name, pinyin_key(declared.name)
    row.sex, row.birth_on, row.area = declared.sex, declared.birth_on, declared.area
    row.id_type, row.id_number_index = declared.id_type, index
    row.id_number_sealed = seal(declared.number.encode(), NUMBER_SEAL)
    row.identity_changed_on = civil_day(now)
    row.save()
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb="correct_identity",
        object_type="person",
        object_id=row.pk,
        now=now,
        detail={"id_type": declared.id_type},
    )


@transaction.atomic
def attach_document(*, actor: Actor, person_id: UUID, kind: str, raw: bytes, now: datetime) -> UUID:
    """Keep a picture of a person's document, encoded anew. Raises NotFound, InvalidInput."""
    require(actor, SEE_OWN)
    if not actor.acts_for(person_id):
        raise NotFound
    if kind not in {PhotoKind.IDENTITY_FRONT, PhotoKind.IDENTITY_BACK}:
        raise InvalidInput(field="kind", reason=T(zh="请选择证件正面或背面。", en="Choose front or back."))
    return keep_photo(actor, person_id, PhotoKind(kind), raw, now, field="photo")


def keep_photo(actor: Actor, person_id: UUID, kind: PhotoKind, raw: bytes, now: datetime, *, field: str) -> UUID:
    """Clean and keep a picture. Raises InvalidInput."""
    picture = clean_picture(raw, field=field)
    row = DocumentPhoto(
        id=new_id(),
        person_id=person_id,
        kind=kind,
        content=picture.content,
        sha256=hashlib.sha256(picture.content).hexdigest(),
        media_type=picture.media_type,
        at=now,
        by=actor.id,
    )
    row.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb="attach_document",
        object_type="person",
        object_id=person_id,
        now=now,
        detail={"photo_id": str(row.pk), "kind": kind, "sha256": row.sha256},
    )
    return row.pk
