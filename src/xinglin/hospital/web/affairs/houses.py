"""Institutions: licence, departments, online scope, agreements; enter, renew, suspend, reinstate."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import AFFAIRS, KEEP_INSTITUTIONS
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError, InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.affairs.practitioners import end_of
from xinglin.hospital.web.identity.fields import Field, day, fill, mark
from xinglin.hospital.web.identity.physicians import department_name
from xinglin.hospital.web.shared.page import Request, page


@page(AFFAIRS, methods=("GET", "HEAD"))
def directory(request: Request) -> HttpResponse:
    """The register of institutions, narrowed by kind or name."""
    kind, q = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:40]
    found = selectors.institutions(at=request.now, kind=kind)
    if q:
        found = [one for one in found if q in one.name_zh or q.lower() in one.name_en.lower() or q in one.code]
    own = request.actor.institution_ids
    context = {"rows": found[:300], "count": len(found), "kind": kind, "q": q, "own": own}
    context["kinds"] = selectors.INSTITUTION_KINDS
    template = "affairs/parts/institution_list.html" if request.htmx else "affairs/institutions.html"
    return render(request, template, context)


@page(AFFAIRS)
def institution(request: Request, institution_id: UUID) -> HttpResponse:
    """One institution, and what may be done with it."""
    context: dict[str, Any] = {"typed": request.POST.get("reason", "")}
    status = 200
    if request.method == "POST":
        try:
            _deed(request, institution_id)
            messages.success(request, str(T(zh="已生效。", en="Done; it acts at once.")))
            return redirect("affairs:institution", institution_id)
        except NotFound:
            raise
        except DomainError as refusal:
            status = refusal.status
            context["refusal"] = refusal
    found = selectors.institution(institution_id=institution_id, at=request.now)
    codes = selectors.department_codes(institution_id=institution_id, at=request.now)
    online = dict(selectors.ONLINE_SERVICES)
    own = request.actor.institution_ids
    context |= {
        "one": found,
        "departments": [department_name(code) for code in codes],
        "areas": selectors.agreement_areas(institution_id=institution_id, at=request.now),
        "online": [online[code] for code in found.online_scope if code in online],
        "mine": found.id in own or found.parent_id in own,
        "days_left": (found.licence_until_on - civil_day(request.now)).days,
    }
    return render(request, "affairs/institution.html", context, status=status)


def _deed(request: Request, institution_id: UUID) -> None:
    data = request.POST
    common = {"actor": request.actor, "institution_id": institution_id, "now": request.now}
    because = {**common, "reason": data.get("reason", "")}
    deeds: dict[str, Callable[[], object]] = {
        "suspend": lambda: services.suspend_institution(**because, until_at=end_of(data.get("until", ""))),
        "reinstate": lambda: services.reinstate_institution(**because),
        "renew": lambda: _renew(request, common),
    }
    deed = deeds.get(data.get("do", ""))
    if deed is None:
        raise InvalidInput(field="do", reason=T(zh="请选择要做的事。", en="Choose what to do."))
    deed()


def _renew(request: Request, common: dict[str, Any]) -> None:
    first, last = day(request.POST.get("from_on", "")), day(request.POST.get("until_on", ""))
    if first is None or last is None:
        reason = T(zh="请填写许可证起止日期。", en="Enter the days of the licence.")
        raise InvalidInput(field="until_on", reason=reason)
    services.renew_licence(**common, licence_no=request.POST.get("licence_no", ""), from_on=first, until_on=last)


def _fields(request: Request) -> list[Field]:
    own = [one for one in selectors.institutions(at=request.now) if one.id in request.actor.institution_ids]
    departments = [(d.code, T(zh=d.name_zh, en=d.name_en)) for d in terminology.departments()]
    return [
        Field("parent", T(zh="所属机构", en="Belongs to"), "select", options=[(str(one.id), one.name) for one in own]),
        Field("code", T(zh="机构编码", en="Code"), max_length=20),
        Field("name_zh", T(zh="名称（中文）", en="Name (Chinese)"), max_length=120),
        Field("name_en", T(zh="名称（英文）", en="Name (English)"), max_length=160),
        Field("kind", T(zh="类别", en="Kind"), "select", options=selectors.INSTITUTION_KINDS),
        Field("level", T(zh="等级", en="Level"), "select", options=selectors.LEVELS, value="11"),
        Field("area", T(zh="行政区划代码（6位）", en="Area code (6 digits)"), inputmode="numeric", max_length=6),
        Field("licence_no", T(zh="许可证号", en="Licence number"), max_length=40),
        Field("licence_from_on", T(zh="许可证起", en="Licence from"), "date"),
        Field("licence_until_on", T(zh="许可证止", en="Licence until"), "date"),
        Field("online_scope", T(zh="线上服务范围", en="Online services"), "checks", options=selectors.ONLINE_SERVICES),
        Field("departments", T(zh="诊疗科目", en="Departments"), "checks", options=departments),
        Field(
            "agreement_areas",
            T(zh="医保协议统筹区（代码，逗号分隔）", en="Agreement areas"),
            optional=True,
        ),
    ]


@page(KEEP_INSTITUTIONS)
def enter(request: Request) -> HttpResponse:
    """Enter a member institution."""
    fields = _fields(request)
    context: dict[str, Any] = {"fields": fields}
    status = 200
    if request.method == "POST":
        fill(fields, request.POST)
        try:
            made = services.enter_institution(actor=request.actor, id=new_id(), house=_house(request), now=request.now)
            return redirect("affairs:institution", made)
        except DomainError as refusal:
            status = refusal.status
            context["refusal"] = mark(fields, refusal)
    return render(request, "affairs/enter_institution.html", context, status=status)


def _house(request: Request) -> services.House:
    data = request.POST
    areas = data.get("agreement_areas", "").replace("，", ",").split(",")
    own = {str(one): one for one in request.actor.institution_ids}
    return services.House(
        code=data.get("code", "").strip(),
        name_zh=data.get("name_zh", "").strip(),
        name_en=data.get("name_en", "").strip(),
        kind=data.get("kind", ""),
        level=data.get("level", ""),
        area=data.get("area", "").strip(),
        licence_no=data.get("licence_no", "").strip(),
        licence_from_on=day(data.get("licence_from_on", "")),
        licence_until_on=day(data.get("licence_until_on", "")),
        parent_id=own.get(data.get("parent", "")),
        online_scope=tuple(data.getlist("online_scope")),
        departments=tuple(data.getlist("departments")),
        agreement_areas=tuple(area.strip() for area in areas if area.strip()),
    )
