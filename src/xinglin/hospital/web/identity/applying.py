"""Physicians and pharmacists apply; the applicant sees how it stands and hands in again what was returned."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.identity import selectors, services
from xinglin.hospital.kernel.access import EVERYONE
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.identity.fields import Field, day, fill, mark, uploaded
from xinglin.hospital.web.identity.registering import declared_of, person_fields
from xinglin.hospital.web.identity.signing import code_field
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

Groups = list[tuple[T, list[Field]]]


def practice_fields(request: Request) -> list[Field]:
    """What an applicant says of the own practice."""
    house = selectors.the_hospital(at=request.now)
    codes = set(selectors.department_codes(institution_id=house.id, at=request.now))
    departments = [(d.code, T(zh=d.name_zh, en=d.name_en)) for d in terminology.departments() if d.code in codes]
    empty = ("", T(zh="请选择", en="choose"))
    return [
        Field("institution", T(zh="申请的机构", en="Institution"), "select", options=[(str(house.id), house.name)]),
        Field("kind", T(zh="类别", en="Profession"), "select", options=selectors.PROFESSIONS),
        Field("register_no", T(zh="执业注册号", en="Register number"), max_length=30),
        Field("title", T(zh="职称", en="Title"), "select", options=[empty, *selectors.TITLES]),
        Field(
            "department",
            T(zh="科室（医师）", en="Department (physicians)"),
            "select",
            options=[empty, *departments],
            optional=True,
        ),
        Field(
            "independent_from_on",
            T(zh="独立执业起始日（医师）", en="Independent practice since (physicians)"),
            "date",
            optional=True,
            help=T(zh="自取得执业资格独立工作起，不自毕业起。", en="From the licence, not from graduation."),
        ),
        Field("valid_from_on", T(zh="注册生效日", en="Registration in force from"), "date"),
        Field("valid_until_on", T(zh="注册到期日", en="Registration ends"), "date", optional=True),
        Field(
            "primary_site",
            T(zh="主执业机构（在其他机构注册时）", en="Institution of registration, if another"),
            optional=True,
        ),
        Field("filed_from_on", T(zh="多机构备案起始日", en="Multi-site filing from"), "date", optional=True),
        Field("filed_until_on", T(zh="多机构备案到期日", en="Multi-site filing ends"), "date", optional=True),
        Field("languages", T(zh="工作语言", en="Languages"), "checks", options=selectors.SPOKEN, values=["zh"]),
        Field("intro_zh", T(zh="简介（中文）", en="About you (Chinese)"), "textarea", optional=True, max_length=400),
        Field("intro_en", T(zh="简介（英文）", en="About you (English)"), "textarea", optional=True, max_length=600),
    ]


def paper_fields() -> list[Field]:
    """The papers; consent and filing only when registered elsewhere."""
    needed = {"practice_licence", "qualification"}
    return [Field(code, name, "file", optional=code not in needed) for code, name in selectors.PAPERS]


def sign_fields() -> list[Field]:
    """How the applicant will sign in."""
    return [
        Field("username", T(zh="用户名", en="User name"), autocomplete="username", max_length=60),
        Field(
            "password",
            T(zh="密码", en="Password"),
            "password",
            autocomplete="new-password",
            help=T(zh="至少10位；准入后首次登录还要设置动态口令或通行密钥。", en="At least 10 characters."),
        ),
        Field("phone", T(zh="手机号", en="Mobile number"), "tel", autocomplete="tel", inputmode="tel"),
        code_field(),
    ]


def practice_of(request: Request) -> services.Practice:
    """What the form says of the practice; services judge it."""
    data = request.POST

    def on(name: str) -> date | None:
        return day(data.get(name, ""))

    department = data.get("department", "")
    return services.Practice(
        institution_id=uuid_or_none(data.get("institution", "")) or new_id(),
        kind=data.get("kind", ""),
        register_no=data.get("register_no", "").strip().upper(),
        title=data.get("title", ""),
        department=department,
        scope=(department.split(".")[0],) if department else (),
        independent_from_on=on("independent_from_on"),
        valid_from_on=on("valid_from_on"),
        valid_until_on=on("valid_until_on"),
        primary_site=data.get("primary_site", "").strip()[:120],
        filed_from_on=on("filed_from_on"),
        filed_until_on=on("filed_until_on"),
        languages=tuple(data.getlist("languages")),
        intro_zh=data.get("intro_zh", "").strip(),
        intro_en=data.get("intro_en", "").strip(),
    )


def _papers(request: Request) -> dict[str, bytes]:
    read = {code: uploaded(request, code) for code, _ in selectors.PAPERS}
    return {code: raw for code, raw in read.items() if raw}


def _groups(request: Request, *, again: bool) -> Groups:
    practice = (T(zh="执业信息", en="Practice"), practice_fields(request))
    papers = (T(zh="材料照片", en="Papers"), paper_fields())
    if again:
        for field in papers[1]:
            field.optional = True
        return [practice, papers]
    who = (T(zh="您是谁", en="Who you are"), person_fields("resident", selectors.DOCUMENTS[:1]))
    return [who, practice, papers, (T(zh="登录与手机", en="Signing in"), sign_fields())]


@page(EVERYONE)
def apply(request: Request) -> HttpResponse:
    """Hand in an application: who, practice, papers, sign-in. The phone's code is asked for first."""
    groups = _groups(request, again=False)
    fields = [field for _, part in groups for field in part]
    context: dict[str, Any] = {"groups": groups}
    status = 200
    if request.method == "POST":
        fill(fields, request.POST)
        try:
            if request.POST.get("do") == "code":
                return _send_code(request)
            _hand_in(request)
            return redirect("/staff/login/?next=/apply/status")
        except DomainError as refusal:
            status = refusal.status
            if request.htmx:
                return render(request, "shared/parts/refusal.html", {"refusal": refusal})
            context["refusal"] = mark(fields, refusal)
            context["wrong"] = sum(1 for field in fields if field.error)
    return render(request, "identity/apply.html", context, status=status)


def _send_code(request: Request) -> HttpResponse:
    sent = services.request_phone_code(
        actor=request.actor, phone=request.POST.get("phone", ""), purpose="apply", now=request.now
    )
    return render(request, "identity/parts/code_sent.html", {"echo": sent.echo, "sent": True})


def _hand_in(request: Request) -> None:
    declared = declared_of(request, myself=True)
    data = request.POST
    services.apply_for_practice(
        actor=request.actor,
        id=new_id(),
        declared=declared,
        practice=practice_of(request),
        papers=_papers(request),
        now=request.now,
        sign=services.Sign(
            username=data.get("username", "").strip(),
            password=data.get("password", ""),
            phone=data.get("phone", ""),
            code=data.get("code", ""),
        ),
    )


@page(EVERYONE)
def status(request: Request) -> HttpResponse:
    """How the own application stands; a returned one is corrected and handed in again."""
    own = selectors.own_application(actor=request.actor)
    if own is None:
        return redirect("identity:apply")
    groups = _groups(request, again=True)
    fields = [field for _, part in groups for field in part]
    context: dict[str, Any] = {"own": own, "groups": groups, "can_again": own.state == "returned"}
    code = 200
    if request.method == "POST" and context["can_again"]:
        fill(fields, request.POST)
        try:
            services.apply_for_practice(
                actor=request.actor,
                id=new_id(),
                declared=None,
                practice=practice_of(request),
                papers=_papers(request),
                now=request.now,
            )
            return redirect("identity:apply-status")
        except DomainError as refusal:
            code = refusal.status
            context["refusal"] = mark(fields, refusal)
    else:
        _prefill(fields, own.values)
    return render(request, "identity/apply_status.html", context, status=code)


def _prefill(fields: list[Field], values: dict[str, object]) -> None:
    for field in fields:
        value = values.get("institution_id" if field.name == "institution" else field.name)
        if isinstance(value, list):
            field.values = [str(one) for one in value]
        elif value is not None:
            field.value = str(value)
