"""The page of a challenge, whose script shows picture after picture; and the other ways to prove oneself."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import VERIFY_SELF
from xinglin.hospital.kernel.access import Role
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.identity.signing import safe_next
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

FRAME_BYTES_MAX = 2_000_000
"""Of an upload that is read at all; how large a picture may be is for the service to say."""
Answered = dict[str, Any] | HttpResponse


def _begin(request: Request, purpose: str) -> Answered:
    visit = uuid_or_none(request.POST.get("visit", ""))
    return _going(
        services.begin_challenge(actor=request.actor, purpose=purpose, visit_id=visit, now=request.now), purpose
    )


def _frame(request: Request, purpose: str) -> Answered:
    """One picture; the instant that counts is that of this request."""
    files = [file for file in request.FILES.getlist("frames") if isinstance(file, UploadedFile)]
    alone = len(files) == 1 and (files[0].size or 0) <= FRAME_BYTES_MAX
    shown = services.show_frame(
        actor=request.actor,
        challenge_id=_challenge(request),
        ticket=request.POST.get("ticket", ""),
        picture=bytes(files[0].read()) if alone else b"",
        now=request.now,
        session=request.session.session_key or "",
    )
    return {"result": shown.result} if shown.view is None else _going(shown.view, purpose)


def _now(request: Request, purpose: str) -> Answered:
    view = services.challenge_now(actor=request.actor, challenge_id=_challenge(request), now=request.now)
    return _going(view, purpose)


def _challenge(request: Request) -> UUID:
    return uuid_or_none(request.POST.get("challenge", "")) or request.actor.id


def _going(view: services.ChallengeView, purpose: str) -> HttpResponse:
    """Where a challenge stands, for the script of the page."""
    step = view.step and {"code": view.step.code, "says": str(view.step.says)}
    return JsonResponse(
        {
            "challenge": str(view.id),
            "ticket": view.ticket,
            "step": step,
            "hint": {"code": view.hint.code, "says": str(view.hint.says)},
            "done": view.done,
            "steps": view.steps,
            "seconds": round(view.seconds_left, 2),
            "left": view.tries_left,
        }
    )


def _send_code(request: Request, purpose: str) -> Answered:
    return {"sent": True, "echo": services.request_own_code(actor=request.actor, now=request.now).echo}


def _use_code(request: Request, purpose: str) -> Answered:
    services.confirm_by_code(
        actor=request.actor,
        code=request.POST.get("code", ""),
        now=request.now,
        session=request.session.session_key or "",
    )
    messages.success(request, str(T(zh="已确认是您本人。", en="Confirmed: it is you.")))
    return redirect(safe_next(request, "/"))


DEEDS: dict[str, Callable[[Request, str], Answered]] = {
    "begin": _begin,
    "frame": _frame,
    "now": _now,
    "send": _send_code,
    "code": _use_code,
}
SCRIPTED = {"begin", "frame", "now"}


@page(VERIFY_SELF)
def check(request: Request, purpose: str) -> HttpResponse:
    """Prove who one is for a purpose. The challenge needs the page's script, which speaks JSON with this address; the
    other ways do without."""
    person_id = request.actor.person_id
    if person_id is None:
        raise NotFound
    rule = selectors.policy_of(account_id=request.actor.id, purpose=purpose)
    context: dict[str, Any] = {"purpose": purpose, "rule": rule, "next": safe_next(request, "/me/likeness")}
    do = request.POST.get("do", "")
    status = 200
    if do in DEEDS:
        try:
            answered = DEEDS[do](request, purpose)
            if isinstance(answered, HttpResponse):
                return answered
            context |= answered
        except NotFound:
            raise
        except DomainError as refusal:
            status = refusal.status
            context |= {"refusal": refusal, "sent": do == "code"}
    if do in SCRIPTED:
        return _for_script(request, context, status)
    return render(request, "identity/check.html", context | _ways(request, person_id, purpose), status=status)


def _for_script(request: Request, context: dict[str, Any], status: int) -> HttpResponse:
    """The end of a challenge, or a refusal: as a part of the page and by its code."""
    refusal = context.get("refusal")
    part = "identity/parts/likeness_refused.html" if refusal else "identity/parts/likeness_result.html"
    html = render_to_string(part, context, request=request)
    return JsonResponse({"html": html, "code": refusal.code if refusal else ""}, status=status)


def _ways(request: Request, person_id: UUID, purpose: str) -> dict[str, Any]:
    """What can be offered: the face, a code, the second factor; and the proof that is fresh enough already."""
    own = selectors.likeness(actor=request.actor, person_id=person_id, at=request.now, attempts=1)
    account = request.actor.id
    methods = selectors.enough_methods(account_id=account, person_id=person_id, at=request.now, purpose=purpose)
    registering = purpose == "register"
    proof = None
    if not registering:
        proof = selectors.proof_within(person_id=person_id, account_id=account, at=request.now, purpose=purpose)
    return {
        "own": own,
        "patient": request.actor.has(Role.PATIENT),
        "can_face": bool(own.installed.face and own.face_consent and (registering or own.face_counts)),
        "by_code": "code" in methods and request.actor.has(Role.PATIENT) and not registering,
        "by_second_factor": bool({"totp", "passkey"} & methods) and not request.actor.has(Role.PATIENT),
        "proof": proof,
    }
