"""Apply to practise here: who one is, the register, the papers; an account that holds no role until admitted."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from xinglin.hospital.identity import errors
from xinglin.hospital.identity.locks import hold
from xinglin.hospital.identity.models import (
    Account,
    CredentialApplication,
    CredentialPaper,
    Institution,
    Person,
    Practitioner,
)
from xinglin.hospital.identity.numbers import NUMBER_SEAL, clean_phone, same_name
from xinglin.hospital.identity.services.codes import prove_phone, use_code
from xinglin.hospital.identity.services.registration import Declared, make_person, write_check
from xinglin.hospital.identity.words import (
    LANGUAGES,
    AccountKind,
    ApplicationState,
    CheckMethod,
    CheckResult,
    CodePurpose,
    PaperKind,
    PractitionerKind,
    Title,
)
from xinglin.hospital.identity.working import covers_day, institution_open
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, system_actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotAllowed
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.kernel.pictures import Picture, clean_picture
from xinglin.hospital.kernel.signing import blind_index
from xinglin.hospital.kernel.texts import T

APPLICANT = system_actor("application")
TITLES = {
    PractitionerKind.PHYSICIAN: frozenset({Title.RESIDENT, Title.ATTENDING, Title.ASSOCIATE_CHIEF, Title.CHIEF}),
    PractitionerKind.PHARMACIST: frozenset(
        {Title.PHARMACIST, Title.PHARMACIST_IN_CHARGE, Title.ASSOCIATE_CHIEF_PHARMACIST, Title.CHIEF_PHARMACIST}
    ),
}


@dataclass(frozen=True, slots=True)
class Practice:
    """What an applicant says of the own practice. Days are inclusive; `primary_site` names another institution of
    registration, and then the filing at this one is asked for.
    """

    institution_id: UUID
    kind: str
    register_no: str
    title: str
    valid_from_on: date | None
    department: str = ""
    scope: tuple[str, ...] = ()
    independent_from_on: date | None = None
    valid_until_on: date | None = None
    primary_site: str = ""
    filed_from_on: date | None = None
    filed_until_on: date | None = None
    languages: tuple[str, ...] = ("zh",)
    intro_zh: str = ""
    intro_en: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """How a new applicant will sign in, and the code that the phone answered."""

    username: str
    password: str
    phone: str
    code: str


def apply_for_practice(
    *,
    actor: Actor,
    id: UUID,
    declared: Declared | None,
    practice: Practice,
    papers: Mapping[str, bytes],
    now: datetime,
    sign: Sign | None = None,
) -> UUID:
    """Hand in an application and return the account of the applicant.

    A newcomer gives `declared` and `sign`; the applicant of a returned application is signed in and gives neither.
    Raises InvalidForm with every wrong field, WrongCode, CodeDead, UsernameTaken, ApplicationWaiting,
    RegisterNumberTaken, NumberTaken, NotAllowed.
    """
    _refuse_wrong(practice, now)
    pictures = {
        kind: clean_picture(raw, field=kind) for kind, raw in papers.items() if kind in PaperKind.values and raw
    }
    if declared is None or sign is None:
        return _again(actor, id, practice, pictures, now)
    _refuse_wrong_sign(sign)
    phone = clean_phone(sign.phone)
    code_id = prove_phone(phone, CodePurpose.APPLY, sign.code, now)
    with transaction.atomic():
        use_code(code_id, now)
        hold(f"username:{sign.username.lower()}", f"number:{declared.number}")
        if Account.objects.filter(username__iexact=sign.username).exists():
            raise errors.UsernameTaken(field="username")
        person = _person(declared, phone, now)
        account = Account(username=sign.username, kind=AccountKind.STAFF, first_name=declared.name[:150])
        account.set_password(sign.password)
        account.save(force_insert=True)
        write_check(person.pk, CheckMethod.PHONE, CheckResult.PASS, APPLICANT, now, "sms")
        _hand_in(APPLICANT, id, person.pk, account.pk, practice, pictures, now)
    return account.pk


def _again(actor: Actor, id: UUID, practice: Practice, pictures: dict[str, Picture], now: datetime) -> UUID:
    """Hand in a returned application once more; papers that are not sent again are taken over."""
    before = CredentialApplication.objects.filter(account_id=actor.id).order_by("-applied_at", "-pk").first()
    if before is None:
        raise NotAllowed(permission=T(zh="补正申请", en="correct an application"))
    with transaction.atomic():
        if before.kind != practice.kind:
            raise InvalidInput(
                field="kind", reason=T(zh="不能更换申请的类别。", en="The profession cannot be changed.")
            )
        _hand_in(actor, id, before.person_id, actor.id, practice, pictures, now)
        for paper in before.papers.exclude(kind__in=list(pictures)):
            paper.pk, paper.application_id, paper.at = new_id(), id, now
            paper.save(force_insert=True)
    return actor.id


def _person(declared: Declared, phone: str, now: datetime) -> Person:
    index = blind_index(declared.number, NUMBER_SEAL)
    row = Person.objects.select_for_update().filter(id_number_index=index).first()
    if row is None:
        return make_person(new_id(), declared, now, phone=phone)
    if row.phone != phone or not same_name(row.name, declared.name):
        raise errors.NumberTaken(field="number")
    return row


def _hand_in(
    actor: Actor,
    id: UUID,
    person_id: UUID,
    account_id: UUID,
    practice: Practice,
    pictures: dict[str, Picture],
    now: datetime,
) -> None:
    hold(f"register:{practice.kind}:{practice.register_no}", f"applicant:{person_id}")
    waiting = CredentialApplication.objects.filter(
        person_id=person_id, kind=practice.kind, state=ApplicationState.APPLIED
    )
    if waiting.exists():
        raise errors.ApplicationWaiting
    taken = Practitioner.objects.filter(kind=practice.kind, register_no=practice.register_no, status="active")
    if taken.exists():
        raise errors.RegisterNumberTaken(field="register_no")
    row = CredentialApplication(id=id, person_id=person_id, account_id=account_id, applied_at=now, **_columns(practice))
    row.save(force_insert=True)
    CredentialPaper.objects.bulk_create(
        CredentialPaper(
            id=new_id(),
            application=row,
            kind=kind,
            content=picture.content,
            sha256=hashlib.sha256(picture.content).hexdigest(),
            media_type=picture.media_type,
            at=now,
        )
        for kind, picture in pictures.items()
    )
    journal.write(
        actor=actor,
        institution_id=practice.institution_id,
        verb="apply_for_practice",
        object_type="application",
        object_id=id,
        now=now,
        detail={"kind": practice.kind, "person_id": str(person_id), "papers": sorted(pictures)},
    )
    announce("desk:affairs", "application", id)


def _columns(practice: Practice) -> dict[str, object]:
    return {
        "institution_id": practice.institution_id,
        "kind": practice.kind,
        "register_no": practice.register_no,
        "title": practice.title,
        "department": practice.department,
        "scope": list(practice.scope),
        "independent_from_on": practice.independent_from_on,
        "valid_from_on": practice.valid_from_on,
        "valid_until_on": practice.valid_until_on,
        "primary_site": practice.primary_site,
        "filed_from_on": practice.filed_from_on,
        "filed_until_on": practice.filed_until_on,
        "languages": list(practice.languages),
        "intro_zh": practice.intro_zh,
        "intro_en": practice.intro_en,
    }


# WHAT IS WRONG WITH A FORM


def _refuse_wrong_sign(sign: Sign) -> None:
    wrong = []
    if not 3 <= len(sign.username) <= 60 or not sign.username.isascii() or not sign.username.replace("-", "").isalnum():
        reason = T(
            zh="用户名为3到60位英文字母、数字或连字符。", en="A user name has 3 to 60 letters, digits or hyphens."
        )
        wrong.append(InvalidInput(field="username", reason=reason))
    try:
        validate_password(sign.password, Account(username=sign.username))
    except ValidationError:
        reason = T(
            zh="密码至少10位，不能全是数字，也不能是常见密码。",
            en="A password has at least 10 characters, not digits alone, and is no common one.",
        )
        wrong.append(InvalidInput(field="password", reason=reason))
    if wrong:
        raise InvalidForm(wrong)


def _refuse_wrong(practice: Practice, now: datetime) -> None:
    wrong = [InvalidInput(field=name, reason=reason) for name, reason in _faults(practice, civil_day(now))]
    place = Institution.objects.filter(institution_open(now), pk=practice.institution_id).first()
    if place is None:
        wrong.append(InvalidInput(field="institution", reason=T(zh="请选择机构。", en="Choose an institution.")))
    elif practice.department and not place.departments.filter(covers_day(civil_day(now)), code=practice.department):
        raise errors.DepartmentNotLicensed(field="department", department=practice.department)
    if wrong:
        raise InvalidForm(wrong)


def _faults(practice: Practice, today: date) -> list[tuple[str, T]]:
    """Every wrong field with the reason."""
    faults: list[tuple[str, T]] = []
    if practice.kind not in PractitionerKind.values:
        return [("kind", T(zh="请选择医师或药师。", en="Choose physician or pharmacist."))]
    if practice.title not in TITLES[PractitionerKind(practice.kind)]:
        faults.append(("title", T(zh="请选择与类别相符的职称。", en="Choose a title of this profession.")))
    if not 6 <= len(practice.register_no) <= 30 or not practice.register_no.isalnum():
        faults.append(
            ("register_no", T(zh="执业注册号为6到30位字母或数字。", en="A register number has 6 to 30 characters."))
        )
    faults += _faults_of_days(practice, today)
    if any(code not in LANGUAGES for code in practice.languages) or not practice.languages:
        faults.append(("languages", T(zh="请至少选择一种语言。", en="Choose at least one language.")))
    for name, text, most in (("intro_zh", practice.intro_zh, 400), ("intro_en", practice.intro_en, 600)):
        if len(text) > most:
            faults.append((name, T(zh="最多 {n} 字。", en="At most {n} characters.").with_(n=most)))
    return faults


def _faults_of_days(practice: Practice, today: date) -> list[tuple[str, T]]:
    faults: list[tuple[str, T]] = []
    start, end = practice.valid_from_on, practice.valid_until_on
    if start is None or start > today:
        faults.append(
            ("valid_from_on", T(zh="注册生效日不能晚于今天。", en="The registration begins today or before."))
        )
    if start is not None and end is not None and end < max(start, today):
        faults.append(("valid_until_on", T(zh="注册已经到期。", en="The registration has ended.")))
    if practice.kind == PractitionerKind.PHYSICIAN:
        if practice.independent_from_on is None or practice.independent_from_on > today:
            reason = T(zh="请填写独立执业起始日，不晚于今天。", en="Enter the first day of independent practice.")
            faults.append(("independent_from_on", reason))
        if not practice.department:
            faults.append(("department", T(zh="请选择科室。", en="Choose a department.")))
    if practice.primary_site and practice.filed_from_on is None:
        reason = T(zh="在其他机构注册的，请填写多机构备案起始日。", en="Enter the first day of the multi-site filing.")
        faults.append(("filed_from_on", reason))
    return faults
