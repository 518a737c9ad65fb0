"""Registration, one clear step at a time: name and number, phone, photo, the register's word; then the family."""

import json
from datetime import date
from typing import Any

from cryptography.fernet import InvalidToken
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.identity import errors, selectors, services
from xinglin.hospital.identity.access import SEE_OWN
from xinglin.hospital.kernel.access import EVERYONE
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.signing import seal, unseal
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.identity.fields import Field, day, fill, mark, uploaded
from xinglin.hospital.web.identity.signing import code_field, open_session
from xinglin.hospital.web.shared.page import Request, page

Options = tuple[tuple[str, T], ...]
DRAFT = "registering"
DRAFT_SEAL = "web.registering"
STEPS = (
    T(zh="姓名与证件", en="Name and number"),
    T(zh="手机", en="Phone"),
    T(zh="证件照片", en="Photo"),
    T(zh="核验结果", en="Result"),
)


def person_fields(id_type: str, options: Options = selectors.DOCUMENTS) -> list[Field]:
    """Who someone is. Sex and birth date are asked only where the number does not say them."""
    fields = [
        Field(
            "name",
            T(zh="姓名", en="Name"),
            autocomplete="name",
            max_length=60,
            help=T(zh="与证件上一致；间隔点、生僻字请照写。", en="As on the document, with any middle dot."),
        ),
        Field("id_type", T(zh="证件", en="Document"), "select", options=options, value=id_type),
        Field("number", T(zh="证件号码", en="Number"), max_length=20),
    ]
    if id_type != "resident":
        fields.append(Field("sex", T(zh="性别", en="Sex"), "select", options=selectors.SEXES))
        fields.append(Field("birth_on", T(zh="出生日期", en="Date of birth"), "date"))
    return fields


def declared_of(request: Request, *, myself: bool) -> services.Declared:
    """What the form says of a person. Raises InvalidForm, MinorNeedsGuardian."""
    data = request.POST
    return services.declare(
        actor=request.actor,
        name=data.get("name", ""),
        id_type=data.get("id_type", "resident"),
        number=data.get("number", ""),
        sex=data.get("sex", ""),
        birth_on=day(data.get("birth_on", "")),
        now=request.now,
        myself=myself,
    )


# THE DRAFT: between two pages it waits in the session, sealed; nothing is written before the phone has answered


def _keep(request: Request, made: services.Declared) -> None:
    content = {"name": made.name, "id_type": made.id_type, "number": made.number, "sex": made.sex}
    content |= {"birth_on": made.birth_on.isoformat(), "area": made.area}
    request.session[DRAFT] = seal(json.dumps(content).encode(), DRAFT_SEAL).decode()


def _kept(request: Request) -> services.Declared | None:
    sealed = request.session.get(DRAFT)
    if not sealed:
        return None
    try:
        content = json.loads(unseal(sealed.encode(), DRAFT_SEAL))
    except InvalidToken:
        return None
    return services.Declared(**(content | {"birth_on": date.fromisoformat(content["birth_on"])}))


# THE STEPS


def _step(request: Request, number: int, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    context |= {"steps": STEPS, "step": number}
    return render(request, f"identity/{template}", context, status=status)


@page(EVERYONE)
def who(request: Request) -> HttpResponse:
    """Step 1: name and number. Someone already signed in goes on where registration stopped."""
    if SEE_OWN.held_by(request.actor):
        return redirect("identity:register-check")
    id_type = request.POST.get("id_type") or request.GET.get("id_type") or "resident"
    fields = person_fields(id_type)
    context: dict[str, Any] = {"fields": fields}
    status = 200
    if request.method == "POST":
        fill(fields, request.POST)
        try:
            _keep(request, declared_of(request, myself=True))
        except DomainError as refusal:
            status = refusal.status
            context["minor"] = isinstance(refusal, errors.MinorNeedsGuardian)
            context["refusal"] = mark(fields, refusal)
        else:
            return redirect("identity:register-phone")
    return _step(request, 1, "register_who.html", context, status)


@page(EVERYONE)
def phone(request: Request) -> HttpResponse:
    """Step 2: a phone that answers; with it the account is opened."""
    draft = _kept(request)
    if draft is None:
        return redirect("identity:register")
    sent = request.method == "POST"
    fields = [Field("phone", T(zh="手机号", en="Mobile number"), "tel", autocomplete="tel", inputmode="tel")]
    if sent:
        fields.append(code_field())
    context: dict[str, Any] = {"fields": fields, "sent": sent, "name": draft.name}
    status = 200
    if sent:
        fill(fields, request.POST)
        try:
            if request.POST.get("do") == "enter":
                return _open(request, draft)
            context["echo"] = services.request_phone_code(
                actor=request.actor, phone=request.POST.get("phone", ""), purpose="register", now=request.now
            ).echo
        except DomainError as refusal:
            status = refusal.status
            entering = request.POST.get("do") == "enter"
            context |= {"sent": entering, "fields": fields if entering else fields[:1]}
            context["refusal"] = mark(context["fields"], refusal)
            context["known"] = isinstance(refusal, errors.PhoneTaken | errors.NumberTaken)
    return _step(request, 2, "register_phone.html", context, status)


def _open(request: Request, draft: services.Declared) -> HttpResponse:
    done = services.register_patient(
        actor=request.actor,
        id=new_id(),
        declared=draft,
        phone=request.POST.get("phone", ""),
        code=request.POST.get("code", ""),
        now=request.now,
        language=getattr(request, "LANGUAGE_CODE", "zh-hans"),
        session=request.session.session_key or "",
    )
    request.session.pop(DRAFT, None)
    open_session(request, done.account_id)
    return redirect("identity:register-photo")


@page(SEE_OWN)
def photo(request: Request) -> HttpResponse:
    """Step 3: a photo of the document, read where a reader is installed. Differences are shown before the check."""
    front = Field("photo", T(zh="证件正面照片", en="Photo of the front"), "file")
    front.help = T(zh="JPEG、PNG 或 WebP，不超过 8 MB；会去除位置等隐藏信息。", en="JPEG, PNG or WebP, up to 8 MB.")
    context: dict[str, Any] = {"fields": [front]}
    status = 200
    if request.method == "POST":
        try:
            view = services.read_card(
                actor=request.actor,
                person_id=request.actor.person_id or new_id(),
                side="front",
                raw=uploaded(request, "photo"),
                now=request.now,
            )
        except DomainError as refusal:
            status = refusal.status
            context["refusal"] = mark([front], refusal)
        else:
            return redirect("identity:register-card" if view.open else "identity:register-check")
    return _step(request, 3, "register_photo.html", context, status)


@page(SEE_OWN)
def card(request: Request) -> HttpResponse:
    """Between steps 3 and 4, when the card says something else than what was typed: which is right?"""
    view = selectors.latest_card(actor=request.actor, person_id=request.actor.person_id or new_id())
    if view is None or not view.open:
        return redirect("identity:register-check")
    context: dict[str, Any] = {"card": view}
    status = 200
    if request.method == "POST":
        try:
            services.settle_card(
                actor=request.actor, reading_id=view.id, keep=request.POST.get("keep", ""), now=request.now
            )
            return redirect("identity:register-check")
        except DomainError as refusal:
            status = refusal.status
            context["refusal"] = refusal
    return _step(request, 3, "register_card.html", context, status)


@page(SEE_OWN)
def check(request: Request) -> HttpResponse:
    """Step 4: ask the register and say what it answered, what it means and what to do."""
    context: dict[str, Any] = {}
    status = 200
    own = selectors.own_identity(actor=request.actor, at=request.now)
    if not own.has_photo:
        return redirect("identity:register-photo")
    fields = person_fields(own.person.id_type)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "correct":
                fill(fields, request.POST)
                made = declared_of(request, myself=True)
                services.correct_identity(actor=request.actor, declared=made, now=request.now)
            services.verify_with_registry(actor=request.actor, person_id=own.person.id, now=request.now)
            return redirect("identity:register-check")
        except DomainError as refusal:
            status = refusal.status
            context["refusal"] = mark(fields, refusal)
    else:
        fields[0].value = own.person.name
    card_view = selectors.latest_card(actor=request.actor, person_id=own.person.id)
    context |= {"own": own, "fields": fields, "card": card_view}
    return _step(request, 4, "register_check.html", context, status)


@page(SEE_OWN)
def family(request: Request) -> HttpResponse:
    """The people one acts for; add a child or another person."""
    id_type = request.POST.get("id_type") or request.GET.get("id_type") or "resident"
    fields = [Field("relation", T(zh="您是对方的", en="You are the person's"), "select", options=selectors.RELATIONS)]
    fields += [
        one
        for one in person_fields(id_type, selectors.ALL_DOCUMENTS)
        if not (id_type == "mother" and one.name == "number")
    ]
    evidence = Field("evidence", T(zh="关系证明照片", en="Proof of the relation"), "file", optional=True)
    evidence.help = T(
        zh="户口簿、出生医学证明或指定监护文书。登记库能确认父母关系时可不传。",
        en="Household booklet, birth certificate or order. Not needed where the register confirms a parent.",
    )
    fields.append(evidence)
    context: dict[str, Any] = {"fields": fields, "id_type": id_type}
    status = 200
    if request.method == "POST":
        fill(fields, request.POST)
        try:
            services.add_guardian(
                actor=request.actor,
                id=new_id(),
                declared=declared_of(request, myself=False),
                relation=request.POST.get("relation", ""),
                evidence=uploaded(request, "evidence") or None,
                now=request.now,
            )
            return redirect("identity:family")
        except DomainError as refusal:
            status = refusal.status
            context["refusal"] = mark(fields, refusal)
    context["own"] = selectors.own_identity(actor=request.actor, at=request.now)
    return render(request, "identity/family.html", context, status=status)


@page(SEE_OWN, methods=("POST",))
def end_ward(request: Request, guardianship_id: Any) -> HttpResponse:
    """Stop acting for someone."""
    services.end_guardianship(actor=request.actor, guardianship_id=guardianship_id, now=request.now)
    return redirect("identity:family")


@page(EVERYONE, methods=("GET", "HEAD"))
def own_photo(request: Request, photo_id: Any) -> HttpResponse:
    """A picture of a document: for the person, the guardian and medical affairs."""
    content, media_type = selectors.document_photo(actor=request.actor, photo_id=photo_id, now=request.now)
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": "inline"})
