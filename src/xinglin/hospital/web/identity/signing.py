"""Signing in: patients by phone and code, a demonstration's people by a link; staff confirm who they are again."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from xinglin.hospital.identity import errors, selectors, services
from xinglin.hospital.identity.access import CONFIRM
from xinglin.hospital.kernel.access import EVERYONE
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.identity.adapters import fresh_passkey
from xinglin.hospital.web.identity.fields import Field, fill, mark
from xinglin.hospital.web.shared.page import Request, page

BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSKEY_SECONDS = 60


def open_session(request: HttpRequest, account_id: UUID) -> None:
    """Sign the session in as an account that has just proved itself; the session's key changes."""
    login(request, ModelBackend().get_user(account_id), backend=BACKEND)


def safe_next(request: HttpRequest, default: str) -> str:
    """The address to go on to, when it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else default


# PATIENTS


def _phone_fields(sent: bool) -> list[Field]:
    fields = [Field("phone", T(zh="手机号", en="Mobile number"), "tel", autocomplete="tel", inputmode="tel")]
    if sent:
        fields.append(code_field())
    return fields


def code_field() -> Field:
    """Where the code from the text message goes."""
    label = T(zh="短信验证码（6位）", en="Code from the message (6 digits)")
    return Field("code", label, autocomplete="one-time-code", inputmode="numeric", max_length=6)


@page(EVERYONE)
def sign_in(request: Request) -> HttpResponse:
    """A patient's phone, then the code that it received."""
    sent = request.method == "POST"
    fields = _phone_fields(sent)
    context: dict[str, Any] = {"fields": fields, "sent": sent, "next": safe_next(request, "/")}
    status = 200
    if sent:
        fill(fields, request.POST)
        try:
            if request.POST.get("do") == "enter":
                return _enter(request, context["next"])
            context["echo"] = services.request_phone_code(
                actor=request.actor, phone=request.POST.get("phone", ""), purpose="sign_in", now=request.now
            ).echo
        except DomainError as refusal:
            status = refusal.status
            context["sent"] = sent = request.POST.get("do") == "enter"
            context["fields"] = fields = fields if sent else fields[:1]
            context["refusal"] = mark(fields, refusal)
            context["unknown"] = isinstance(refusal, errors.NoAccountForPhone)
    return render(request, "identity/sign_in.html", context, status=status)


def _enter(request: Request, target: str) -> HttpResponse:
    account_id = services.sign_in_with_code(
        actor=request.actor,
        phone=request.POST.get("phone", ""),
        code=request.POST.get("code", ""),
        now=request.now,
        session=request.session.session_key or "",
    )
    open_session(request, account_id)
    return redirect(target)


# STAFF


@page(CONFIRM)
def confirm(request: Request) -> HttpResponse:
    """Confirm again by one-time code, password or passkey; to other pages' scripts it says only that it was done."""
    code = Field("code", T(zh="动态口令（6位）", en="One-time code (6 digits)"), inputmode="numeric", optional=True)
    code.autocomplete = "one-time-code"
    password = Field("password", T(zh="或密码", en="Or password"), "password", optional=True)
    password.autocomplete = "current-password"
    context: dict[str, Any] = {"fields": [code, password], "next": safe_next(request, "/")}
    status = 200
    if request.method == "POST":
        try:
            services.confirm_again(
                actor=request.actor,
                code=request.POST.get("code", ""),
                password=request.POST.get("password", ""),
                now=request.now,
                session=request.session.session_key or "",
            )
        except DomainError as refusal:
            status = refusal.status
            context["refusal"] = mark([code, password], refusal)
        else:
            return _confirmed(request, context["next"])
    template = "identity/parts/confirm.html" if request.htmx else "identity/confirm.html"
    return render(request, template, context, status=status)


def _confirmed(request: Request, target: str) -> HttpResponse:
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": "confirmed"})
    messages.success(request, str(T(zh="已确认是您本人。", en="Confirmed: it is you.")))
    return redirect(target)


@page(CONFIRM, methods=("GET", "HEAD"))
def confirmed_by_passkey(request: Request) -> HttpResponse:
    """After a passkey was shown to allauth's own page: write the proof down, once for each showing."""
    shown_at = fresh_passkey(request, request.user, PASSKEY_SECONDS)
    if shown_at is None or request.session.get("passkey_used") == shown_at.isoformat():
        raise errors.ConfirmationNeeded(minutes=PASSKEY_SECONDS // 60)
    request.session["passkey_used"] = shown_at.isoformat()
    services.record_auth_event(
        actor=request.actor,
        account_id=request.actor.id,
        method="passkey",
        now=request.now,
        session=request.session.session_key or "",
    )
    return _confirmed(request, safe_next(request, "/"))


# THE DEMONSTRATION


@page(EVERYONE, methods=("GET", "HEAD"))
def enter_demo(request: Request, token: str) -> HttpResponse:
    """Enter as a person of the demonstration; in demo mode only."""
    account_id = services.enter_demo(actor=request.actor, token=token, now=request.now)
    open_session(request, account_id)
    return redirect(safe_next(request, "/"))


@page(EVERYONE, methods=("GET", "HEAD"))
def demo_register(request: Request) -> HttpResponse:
    """What the demonstration's population register knows and how it answers."""
    if not settings.XINGLIN_DEMO:
        raise NotFound
    return render(request, "identity/demo_register.html", {"register": selectors.register_demonstration()})
