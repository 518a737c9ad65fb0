"""The page of a challenge: the camera, or pictures as files; and the other ways to prove oneself for a purpose."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.access import VERIFY_SELF
from xinglin.hospital.kernel.access import Role
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.identity.signing import safe_next
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

UPLOAD_BYTES_MAX = 48_000_000
Answered = dict[str, Any] | HttpResponse


def _begin(request: Request, purpose: str) -> Answered:
    visit = uuid_or_none(request.POST.get("visit", ""))
    return {
        "challenge": services.begin_challenge(actor=request.actor, purpose=purpose, visit_id=visit, now=request.now)
    }


def _answer(request: Request, purpose: str) -> Answered:
    times = [int(one) for one in request.POST.get("times", "").split(",") if one.isdigit()]
    result = services.answer_challenge(
        actor=request.actor,
        challenge_id=uuid_or_none(request.POST.get("challenge", "")) or request.actor.id,
        frames=_frames(request),
        times_ms=times,
        now=request.now,
        session=request.session.session_key or "",
    )
    return {"result": result}


def _frames(request: Request) -> list[bytes]:
    """The pictures in their order; nothing is read when they are too much in all."""
    files = [file for file in request.FILES.getlist("frames") if isinstance(file, UploadedFile)]
    if sum(file.size or 0 for file in files) > UPLOAD_BYTES_MAX:
        return []
    return [bytes(file.read()) for file in files]


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
    "answer": _answer,
    "send": _send_code,
    "code": _use_code,
}
PARTS = {"begin": "identity/parts/challenge.html", "answer": "identity/parts/likeness_result.html"}


@page(VERIFY_SELF)
def check(request: Request, purpose: str) -> HttpResponse:
    """Prove who one is for a purpose. A script asks for parts of the page; without scripts the whole page answers."""
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
    if request.headers.get("X-Likeness") and do in PARTS:
        template = "shared/parts/refusal.html" if "refusal" in context else PARTS[do]
        return render(request, template, context, status=status)
    return render(request, "identity/check.html", context | _ways(request, person_id, purpose), status=status)


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
