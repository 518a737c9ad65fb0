"""People who work in the house without practising: open an account, give an office from a day on, end it at once."""

import re
import secrets
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import ASSIGN_ROLES
from xinglin.hospital.kernel.access import Role
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError, InvalidInput, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.identity.fields import day
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that are taken for others when read aloud
GROUPS, GROUP_LENGTH = 4, 5
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,39}")


def first_password() -> str:
    """A password for the first sign-in: 20 characters of 31, about 99 bits, in groups that can be read aloud."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


@page(ASSIGN_ROLES)
def staff(request: Request) -> HttpResponse:
    """Who holds an office here; open an account, give and end offices. A first password is shown in one answer only."""
    context: dict[str, Any] = {"typed": request.POST}
    status = 200
    if request.method == "POST":
        try:
            opened = _deed(request)
            if opened is None:
                return redirect("affairs:staff")
            context |= {"opened": opened, "typed": {}}
        except NotFound:
            raise
        except DomainError as refusal:
            status = refusal.status
            context |= {"refusal": refusal, "tried": request.POST.get("do", "")}
    own = request.actor.institution_ids
    people = selectors.staff_directory(actor=request.actor)
    fresh = selectors.accounts_without_office(actor=request.actor)
    context |= {
        "people": people,
        "fresh": fresh,
        "accounts": [*fresh, *people],
        "houses": [one for one in selectors.institutions(at=request.now) if one.id in own],
        "today": civil_day(request.now),
        "me": request.actor.id,
    }
    answer = render(request, "affairs/staff.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _deed(request: Request) -> dict[str, str] | None:
    """Do it. An account just opened comes back with its password, for the one page that shows it."""
    deeds: dict[str, Callable[[Request], dict[str, str] | None]] = {"open": _open, "assign": _assign, "end": _end}
    deed = deeds.get(request.POST.get("do", ""))
    if deed is None:
        raise InvalidInput(field="do", reason=T(zh="请选择要做的事。", en="Choose what to do."))
    return deed(request)


def _open(request: Request) -> dict[str, str]:
    username, name = request.POST.get("username", "").strip(), request.POST.get("display_name", "").strip()
    if not USERNAME.fullmatch(username):
        reason = T(zh="用户名3到40位：字母、数字、点、横线。", en="3 to 40 letters, digits, dots or dashes.")
        raise InvalidInput(field="username", reason=reason)
    if not name:
        raise InvalidInput(field="display_name", reason=T(zh="请填写姓名。", en="Enter the name."))
    password = first_password()
    made = services.open_staff_account(
        actor=request.actor, username=username, display_name=name, password=password, now=request.now
    )
    return {"id": str(made), "username": username, "name": name, "password": password}


def _assign(request: Request) -> None:
    data = request.POST
    account, house = uuid_or_none(data.get("account", "")), uuid_or_none(data.get("house", ""))
    first, last = day(data.get("from_on", "")), day(data.get("until_on", ""))
    if account is None:
        raise InvalidInput(field="account", reason=T(zh="请选择人员。", en="Choose a person."))
    _judge_days(first, last, data.get("until_on", ""))
    if first is None:
        raise AssertionError("judged above")
    services.assign_role(
        actor=request.actor,
        account_id=account,
        role=Role.MEDICAL_AFFAIRS,
        institution_id=house,
        from_on=first,
        until_on=last,
        now=request.now,
    )
    messages.success(request, str(T(zh="已授予岗位。", en="The office is given.")))


def _judge_days(first: date | None, last: date | None, typed: str) -> None:
    if first is None:
        raise InvalidInput(field="from_on", reason=T(zh="请填写起始日。", en="Enter the first day."))
    if (last is None and typed) or (last is not None and last < first):
        reason = T(zh="结束日应是不早于起始日的日期。", en="The last day is a day not before the first.")
        raise InvalidInput(field="until_on", reason=reason)


def _end(request: Request) -> None:
    role = uuid_or_none(request.POST.get("role", ""))
    if role is None:
        raise NotFound
    services.end_role(actor=request.actor, staff_role_id=role, now=request.now)
    messages.success(request, str(T(zh="岗位已结束，立即生效。", en="The office has ended; it acts at once.")))
