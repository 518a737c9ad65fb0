"""Enter institutions, and people who work in the house without practising."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from xinglin.hospital.identity import errors
from xinglin.hospital.identity.access import ASSIGN_ROLES, KEEP_INSTITUTIONS
from xinglin.hospital.identity.locks import hold
from xinglin.hospital.identity.models import (
    Account,
    Institution,
    InstitutionAgreement,
    InstitutionDepartment,
    StaffRole,
)
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN
from xinglin.hospital.identity.words import LEVELS, ONLINE_SERVICES, AccountKind, InstitutionKind, OfficeRole
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, Role, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotAllowed, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class House:
    """An institution as it is entered. Departments and agreement areas hold from the licence's first day."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    level: str
    area: str
    licence_no: str
    licence_from_on: date | None
    licence_until_on: date | None
    parent_id: UUID | None = None
    online_scope: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    agreement_areas: tuple[str, ...] = ()
    address: str = ""


@transaction.atomic
def enter_institution(*, actor: Actor, id: UUID, house: House, now: datetime) -> UUID:
    """Enter an institution with its licence, departments, online scope and agreements. Raises InvalidForm, NotFound.

    Medical affairs enters members of the own house (`parent_id`); only the system enters a house without a parent.
    """
    require(actor, KEEP_INSTITUTIONS)
    hold(f"institution:{house.code}")
    wrong = [InvalidInput(field=name, reason=reason) for name, reason in _faults(house)]
    if wrong:
        raise InvalidForm(wrong)
    if not actor.has(Role.SYSTEM) and house.parent_id not in actor.institution_ids:
        raise NotFound
    if house.licence_from_on is None or house.licence_until_on is None:
        raise AssertionError("judged above")
    row = Institution(
        id=id,
        code=house.code,
        name_zh=house.name_zh,
        name_en=house.name_en,
        kind=house.kind,
        level=house.level,
        area=house.area,
        address=house.address,
        parent_id=house.parent_id,
        licence_no=house.licence_no,
        licence_from_on=house.licence_from_on,
        licence_until_on=house.licence_until_on,
        online_scope=list(house.online_scope),
    )
    row.save(force_insert=True)
    start = row.licence_from_on
    InstitutionDepartment.objects.bulk_create(
        InstitutionDepartment(institution=row, code=code, from_on=start) for code in dict.fromkeys(house.departments)
    )
    InstitutionAgreement.objects.bulk_create(
        InstitutionAgreement(institution=row, area=area, from_on=start) for area in dict.fromkeys(house.agreement_areas)
    )
    _journal(actor, row.pk, "enter_institution", "institution", row.pk, now, {"code": row.code})
    return row.pk


def _faults(house: House) -> list[tuple[str, T]]:
    faults: list[tuple[str, T]] = []
    if Institution.objects.filter(code=house.code).exists() or not 3 <= len(house.code) <= 20:
        faults.append(
            ("code", T(zh="机构编码3到20位，不能与已有的重复。", en="A code has 3 to 20 characters and is new."))
        )
    for name, text in (("name_zh", house.name_zh), ("name_en", house.name_en), ("licence_no", house.licence_no)):
        if not text.strip():
            faults.append((name, T(zh="请填写。", en="Please fill this in.")))
    if house.kind not in InstitutionKind.values:
        faults.append(("kind", T(zh="请选择机构类别。", en="Choose a kind.")))
    if house.level not in LEVELS:
        faults.append(("level", T(zh="请选择等级。", en="Choose a level.")))
    if not (len(house.area) == 6 and house.area.isdigit()):
        faults.append(("area", T(zh="行政区划代码为6位数字。", en="An area code has 6 digits.")))
    first, last = house.licence_from_on, house.licence_until_on
    if first is None or last is None or last < first:
        faults.append(("licence_until_on", T(zh="请填写许可证起止日期。", en="Enter the days of the licence.")))
    if any(code not in ONLINE_SERVICES for code in house.online_scope):
        faults.append(("online_scope", T(zh="请选择线上服务范围。", en="Choose from the online services.")))
    return faults


@transaction.atomic
def renew_licence(
    *, actor: Actor, institution_id: UUID, licence_no: str, from_on: date, until_on: date, now: datetime
) -> None:
    """Enter a renewed licence. Raises NotFound, InvalidInput."""
    require(actor, KEEP_INSTITUTIONS)
    row = Institution.objects.select_for_update().filter(pk=institution_id).first()
    if row is None or not (actor.has(Role.SYSTEM) or {row.pk, row.parent_id} & actor.institution_ids):
        raise NotFound
    if until_on < max(from_on, row.licence_until_on) or not licence_no.strip():
        reason = T(zh="新许可证的到期日应晚于现有的。", en="The renewed licence ends after the present one.")
        raise InvalidInput(field="until_on", reason=reason)
    before = {"licence_no": row.licence_no, "until_on": str(row.licence_until_on)}
    row.licence_no = licence_no.strip()[:40]
    row.licence_from_on = min(row.licence_from_on, from_on)  # the earlier days stay covered for old visits
    row.licence_until_on = until_on
    row.save()
    _journal(actor, row.pk, "renew_licence", "institution", row.pk, now, {"before": before, "until_on": str(until_on)})


@transaction.atomic
def open_staff_account(*, actor: Actor, username: str, display_name: str, password: str, now: datetime) -> UUID:
    """Open an account for someone who works here. It holds no role yet. Raises UsernameTaken, InvalidInput."""
    require(actor, ASSIGN_ROLES)
    hold(f"username:{username.lower()}")
    if Account.objects.filter(username__iexact=username).exists():
        raise errors.UsernameTaken(field="username")
    try:
        validate_password(password)
    except ValidationError as error:
        reason = T(zh="密码至少10位，不能过于常见。", en="A password has at least 10 characters and is no common one.")
        raise InvalidInput(field="password", reason=reason) from error
    account = Account(username=username, kind=AccountKind.STAFF, first_name=display_name[:150])
    account.set_password(password)
    account.save(force_insert=True)
    place = next(iter(actor.institution_ids), PLATFORM_CHAIN)
    _journal(actor, place, "open_staff_account", "account", account.pk, now, {"username": username})
    return account.pk


@transaction.atomic
def assign_role(
    *,
    actor: Actor,
    account_id: UUID,
    role: str,
    institution_id: UUID | None,
    from_on: date,
    now: datetime,
    until_on: date | None = None,
) -> UUID:
    """Give a staff account a role from a day on. Medical affairs gives roles of the own house only; auditors and
    regulators are given by the system. Raises NotFound, NotAllowed, InvalidInput.
    """
    require(actor, ASSIGN_ROLES)
    if role not in OfficeRole.values:
        raise InvalidInput(field="role", reason=T(zh="请选择岗位。", en="Choose a role."))
    if role != OfficeRole.MEDICAL_AFFAIRS and not actor.has(Role.SYSTEM):
        raise NotAllowed(permission=T(zh="授予稽核或监管岗位", en="assign auditors or regulators"))
    if role == OfficeRole.MEDICAL_AFFAIRS and not (actor.has(Role.SYSTEM) or institution_id in actor.institution_ids):
        raise NotFound
    if not Account.objects.filter(pk=account_id, kind=AccountKind.STAFF, is_active=True).exists():
        raise NotFound
    row = StaffRole(
        id=new_id(),
        account_id=account_id,
        role=role,
        institution_id=institution_id,
        from_on=from_on,
        until_on=until_on,
        granted_by=actor.id,
        granted_at=now,
    )
    row.save(force_insert=True)
    _journal(actor, institution_id or PLATFORM_CHAIN, "assign_role", "account", account_id, now, {"role": role})
    return row.pk


@transaction.atomic
def end_role(*, actor: Actor, staff_role_id: UUID, now: datetime) -> None:
    """End a role at once. Raises NotFound."""
    require(actor, ASSIGN_ROLES)
    row = StaffRole.objects.select_for_update().filter(pk=staff_role_id).first()
    if row is None or not (actor.has(Role.SYSTEM) or row.institution_id in actor.institution_ids):
        raise NotFound
    yesterday = date.fromordinal(civil_day(now).toordinal() - 1)
    if row.from_on > yesterday:
        _journal(
            actor, row.institution_id or PLATFORM_CHAIN, "end_role", "account", row.account_id, now, {"role": row.role}
        )
        row.delete()
        return
    row.until_on = yesterday
    row.save()
    _journal(
        actor, row.institution_id or PLATFORM_CHAIN, "end_role", "account", row.account_id, now, {"role": row.role}
    )


def _journal(
    actor: Actor, institution_id: UUID, verb: str, kind: str, id: UUID, now: datetime, detail: dict[str, object]
) -> None:
    journal.write(
        actor=actor, institution_id=institution_id, verb=verb, object_type=kind, object_id=id, now=now, detail=detail
    )
