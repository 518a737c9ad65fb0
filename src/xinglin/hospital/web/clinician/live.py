"""The live part of a visit, as both sides have it: coming in, leaving, picture or voice; the test of devices."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import TALK_LIVE
from xinglin.hospital.consultation.errors import ProofForLive
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

KINDS = {kind.value for kind in selectors.LiveKind}


def media_url(request: Request) -> str:
    """Where a browser reaches the media process: the configured address, or the page's host on the media port."""
    if settings.XINGLIN_MEDIA_URL:
        return str(settings.XINGLIN_MEDIA_URL).rstrip("/")
    host = request.get_host()
    bare = host if host.endswith("]") else host.rsplit(":", 1)[0]
    return f"{request.scheme}://{bare}:{settings.XINGLIN_MEDIA_PORT}"


def live_context(request: Request, visit_id: UUID, base: str) -> dict[str, Any]:
    """What the pane needs; nothing for readers who are on neither side. `base`: the visit's own address."""
    try:
        view = selectors.live_view(actor=request.actor, visit_id=visit_id, now=request.now)
    except NotFound:
        return {"live": None}
    test = "/me/device-test" if base.startswith("/me/") else "/clinic/device-test"
    return {"live": view, "live_base": f"{base}live", "media_url": media_url(request), "device_test": test}


@page(TALK_LIVE, methods=("GET", "HEAD"))
def live(request: Request, visit_id: UUID) -> HttpResponse:
    """Where the live part stands, for the page's script."""
    view = selectors.live_view(actor=request.actor, visit_id=visit_id, now=request.now)
    return JsonResponse(
        {
            "state": view.state.value if view.state else "",
            "kind": view.kind,
            "possible": view.possible,
            "recorded": view.recorded,
            "seconds": view.seconds,
        }
    )


@page(TALK_LIVE, methods=("POST",))
def join(request: Request, visit_id: UUID) -> HttpResponse:
    """Come in: the short token for the media process, or the refusal in plain words with the way on."""
    kind = request.POST.get("kind", "")
    try:
        ticket = services.join_live(
            actor=request.actor,
            visit_id=visit_id,
            kind=kind if kind in KINDS else selectors.LiveKind.VIDEO.value,
            login=request.session.session_key or "",
            back_to=uuid_or_none(request.POST.get("session", "")),
            now=request.now,
        )
    except DomainError as refusal:
        return _refused(request, visit_id, refusal)
    return JsonResponse(
        {
            "token": ticket.token,
            "session": str(ticket.session_id),
            "side": ticket.side,
            "mode": ticket.mode,
            "kind": ticket.kind,
            "recorded": ticket.recorded,
            "media": media_url(request),
        }
    )


def _refused(request: Request, visit_id: UUID, refusal: DomainError) -> HttpResponse:
    content = {"code": refusal.code, "says": str(refusal.sentence), "hint": str(refusal.advice or "")}
    if isinstance(refusal, ProofForLive):
        content["prove"] = _proof_address(request, visit_id)
    return JsonResponse(content, status=refusal.status)


def _proof_address(request: Request, visit_id: UUID) -> str:
    """Where one proves who one is, and comes back from."""
    patient = request.path.startswith("/me/")
    back = f"/me/visits/{visit_id}/" if patient else f"/clinic/visits/{visit_id}/"
    try:
        address = reverse("identity:check", kwargs={"purpose": "visit"})
    except NoReverseMatch:
        address = "/sign-in" if patient else reverse("identity:confirm")
    return f"{address}?{urlencode({'next': back})}"


@page(TALK_LIVE, methods=("POST",))
def leave(request: Request, visit_id: UUID) -> HttpResponse:
    """Leave the line; the visit goes on."""
    services.leave_live(actor=request.actor, visit_id=visit_id, now=request.now)
    return HttpResponse(status=204)


@page(TALK_LIVE, methods=("POST",))
def end(request: Request, visit_id: UUID) -> HttpResponse:
    """End the call for both; the visit goes on by text."""
    view = selectors.live_view(actor=request.actor, visit_id=visit_id, now=request.now)
    if view.session_id is not None:
        reason = selectors.LiveEnd.BY_PHYSICIAN.value
        services.end_live(actor=request.actor, session_id=view.session_id, reason=reason, now=request.now)
    return HttpResponse(status=204)


@page(TALK_LIVE, methods=("POST",))
def kind(request: Request, visit_id: UUID) -> HttpResponse:
    """Picture or voice."""
    wanted = request.POST.get("kind", "")
    if wanted not in KINDS:
        return HttpResponse(status=422)
    services.change_live_kind(actor=request.actor, visit_id=visit_id, kind=wanted, now=request.now)
    return HttpResponse(status=204)


@page(TALK_LIVE, methods=("GET", "HEAD"))
def devices(request: Request) -> HttpResponse:
    """Camera, microphone, loudspeaker and the way to the media process, each said in plain words."""
    context = {
        "here": settings.XINGLIN_VIDEO,
        "media_url": media_url(request),
        "media_token": services.device_ticket(actor=request.actor) if settings.XINGLIN_VIDEO else "",
        "of_patient": request.path.startswith("/me/"),
    }
    return render(request, "clinician/device_test.html", context)
