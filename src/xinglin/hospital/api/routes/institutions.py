"""Institutions and the staff who do not practise."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.routes.people import Done, Kept
from xinglin.hospital.api.routes.practice import Stop, StopReason
from xinglin.hospital.api.shapes import Code, Day, Formed, Id, In, Out, Text, Words
from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import AFFAIRS, ASSIGN_ROLES, KEEP_INSTITUTIONS, STOP_INSTITUTION
from xinglin.hospital.kernel.access import EVERYONE

router = Router(tags=["institutions"])
Kind = Literal["internet_hospital", "hospital", "health_centre", "village_clinic", "pharmacy"]


class InstitutionCard(Out):
    """An institution as the public register shows it."""

    id: UUID
    code: str
    name_zh: str
    name_en: str
    kind: str
    kind_name: Words
    level: str
    level_name: Words
    area: str
    licence_no: str
    licence_from_on: date
    licence_until_on: date
    online_scope: list[str]
    parent_id: UUID | None
    open: bool


class WhichInstitutions(In):
    """Narrow by kind and by the beginning of the area code."""

    kind: Kind | Literal[""] = ""
    area: Formed = Field("", pattern=r"^[0-9]{0,6}$")


@operation(router, "get", "/institutions", EVERYONE, list[InstitutionCard])
def institutions(request: Request, query: Query[WhichInstitutions]) -> Any:
    """机构名册｜The register of institutions"""
    return selectors.institutions(at=request.now, kind=query.kind, area=query.area)


@operation(router, "get", "/institutions/{uuid:institution_id}", EVERYONE, InstitutionCard)
def institution(request: Request, institution_id: UUID) -> Any:
    """一家机构｜One institution"""
    return selectors.institution(institution_id=institution_id, at=request.now)


class House(In):
    """An institution as it is entered."""

    id: Id
    code: Formed = Field(pattern=r"^[A-Za-z0-9]{6,30}$")
    name_zh: Text = Field(min_length=1, max_length=120)
    name_en: Text = Field(min_length=1, max_length=160)
    kind: Kind
    level: Code
    area: Formed = Field(pattern=r"^[0-9]{6}$", examples=["370902"])
    licence_no: Text = Field(min_length=1, max_length=40)
    licence_from_on: Day
    licence_until_on: Day
    parent_id: Id
    online_scope: list[Code] = Field(default_factory=list, max_length=10)
    departments: list[Code] = Field(default_factory=list, max_length=100)
    agreement_areas: list[Text] = Field(default_factory=list, max_length=100)
    address: Text = Field("", max_length=200)


@operation(router, "post", "/institutions", KEEP_INSTITUTIONS, Kept, 201)
def enter_institution(request: Request, body: House) -> Any:
    """登记成员机构｜Enter a member institution of the own house"""
    lists = {name: tuple(getattr(body, name)) for name in ("online_scope", "departments", "agreement_areas")}
    house = services.House(**(body.model_dump(exclude={"id"}) | lists))
    return Kept(id=services.enter_institution(actor=request.actor, id=body.id, house=house, now=request.now))


class Licence(In):
    """A renewed licence."""

    licence_no: Text = Field(min_length=1, max_length=40)
    from_on: Day
    until_on: Day


@operation(router, "put", "/institutions/{uuid:institution_id}/licence", KEEP_INSTITUTIONS, Done)
def renew_licence(request: Request, institution_id: UUID, body: Licence) -> Any:
    """登记换发的许可证｜Enter a renewed licence"""
    services.renew_licence(
        actor=request.actor,
        institution_id=institution_id,
        licence_no=body.licence_no,
        from_on=body.from_on,
        until_on=body.until_on,
        now=request.now,
    )
    return Done()


@operation(router, "post", "/institutions/{uuid:institution_id}/suspension", STOP_INSTITUTION, Kept, 201)
def suspend_institution(request: Request, institution_id: UUID, body: Stop) -> Any:
    """暂停机构，立即生效｜Suspend an institution; it acts at once"""
    return Kept(
        id=services.suspend_institution(
            actor=request.actor,
            institution_id=institution_id,
            reason=body.reason,
            from_at=body.from_at,
            until_at=body.until_at,
            now=request.now,
        )
    )


@operation(router, "post", "/institutions/{uuid:institution_id}/reinstatement", STOP_INSTITUTION, Done)
def reinstate_institution(request: Request, institution_id: UUID, body: StopReason) -> Any:
    """恢复机构｜Lift an institution's suspension"""
    services.reinstate_institution(
        actor=request.actor, institution_id=institution_id, reason=body.reason, now=request.now
    )
    return Done()


class Ending(Out):
    """A licence or registration that ends soon or has ended."""

    kind: str
    id: UUID
    name: Words
    until_on: date
    days_left: int


@operation(router, "get", "/endings", AFFAIRS, list[Ending])
def endings(request: Request) -> Any:
    """即将到期的许可和注册｜Licences and registrations that end soon"""
    return selectors.endings(actor=request.actor, at=request.now)


# STAFF


class StaffAccount(In):
    """An account for someone who works here; it holds no role yet."""

    username: Formed = Field(pattern=r"^[A-Za-z0-9-]{3,60}$")
    display_name: Text = Field(min_length=1, max_length=60)
    password: Text = Field(min_length=10, max_length=128)


@operation(router, "post", "/staff-accounts", ASSIGN_ROLES, Kept, 201)
def open_staff_account(request: Request, body: StaffAccount) -> Any:
    """开立员工账号｜Open an account for someone who works here"""
    made = services.open_staff_account(
        actor=request.actor,
        username=body.username,
        display_name=body.display_name,
        password=body.password,
        now=request.now,
    )
    return Kept(id=made)


class StaffRole(In):
    """A role from a day on."""

    account_id: Id
    role: Literal["medical_affairs", "auditor", "regulator"]
    institution_id: Id | None = None
    from_on: Day
    until_on: Day | None = None


@operation(router, "post", "/staff-roles", ASSIGN_ROLES, Kept, 201)
def assign_role(request: Request, body: StaffRole) -> Any:
    """授予岗位｜Assign a role"""
    return Kept(id=services.assign_role(actor=request.actor, now=request.now, **body.model_dump()))


@operation(router, "post", "/staff-roles/{uuid:staff_role_id}/end", ASSIGN_ROLES, Done)
def end_role(request: Request, staff_role_id: UUID) -> Any:
    """结束岗位，立即生效｜End a role at once"""
    services.end_role(actor=request.actor, staff_role_id=staff_role_id, now=request.now)
    return Done()


class OfficeHeld(Out):
    """A role held, on days from–until."""

    id: UUID
    role: Words
    from_on: date
    until_on: date | None


class StaffCard(Out):
    """Someone with an office in the own house."""

    account_id: UUID
    username: str
    display_name: str
    roles: list[OfficeHeld]


@operation(router, "get", "/staff", ASSIGN_ROLES, list[StaffCard])
def staff_directory(request: Request) -> Any:
    """本机构的管理人员｜The staff with an office in the own house"""
    return [
        {
            "account_id": card.account_id,
            "username": card.username,
            "display_name": card.display_name,
            "roles": [{"id": i, "role": role, "from_on": f, "until_on": u} for i, role, f, u in card.roles],
        }
        for card in selectors.staff_directory(actor=request.actor)
    ]
