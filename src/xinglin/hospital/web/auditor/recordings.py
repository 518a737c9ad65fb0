"""Recordings of a visit's calls: what there is, and the playing of one for a stated purpose, each time written down."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import PLAY_RECORDING
from xinglin.hospital.consultation.errors import NoPurpose
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.web.shared.page import Request, page

SALT = "xinglin.play"
SECONDS_MAX = 300
"""How long a stated purpose opens a recording; then it is stated anew."""


@page(PLAY_RECORDING, methods=("GET", "HEAD"))
def recordings(request: Request, visit_id: UUID) -> HttpResponse:
    """The calls of a visit with their recordings."""
    return _page(request, visit_id)


@page(PLAY_RECORDING, methods=("POST",))
def play(request: Request, visit_id: UUID, recording_id: UUID) -> HttpResponse:
    """State the purpose; the page comes back with the player, whose request is what is written down."""
    purpose = request.POST.get("purpose", "").strip()
    least, most = services.PURPOSE_LENGTH
    if not least <= len(purpose) <= most:
        refusal = NoPurpose(field="purpose", least=least, most=most)
        return _page(request, visit_id, status=refusal.status, refusal=refusal, at=recording_id, purpose=purpose)
    ticket = signing.dumps({"r": str(recording_id), "a": str(request.actor.id), "p": purpose}, salt=SALT)
    return _page(request, visit_id, playing=recording_id, ticket=ticket)


def _page(request: Request, visit_id: UUID, status: int = 200, **more: Any) -> HttpResponse:
    lines = selectors.live_sessions(actor=request.actor, visit_id=visit_id)
    context = {"lines": lines, "visit_id": visit_id, "length": services.PURPOSE_LENGTH, **more}
    return render(request, "auditor/recordings.html", context, status=status)


@page(PLAY_RECORDING, methods=("GET",))
def stream(request: Request, recording_id: UUID) -> HttpResponseBase:
    """Picture and sound, opened piece by piece while they are sent."""
    try:
        said = signing.loads(request.GET.get("ticket", ""), salt=SALT, max_age=SECONDS_MAX)
    except signing.BadSignature:
        raise NotFound from None
    if (said["r"], said["a"]) != (str(recording_id), str(request.actor.id)):
        raise NotFound
    parts = services.play_recording(actor=request.actor, recording_id=recording_id, purpose=said["p"], now=request.now)
    return StreamingHttpResponse(_until_broken(parts), content_type="video/webm")


def _until_broken(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The parts up to one that does not open: the player stops there."""
    try:
        yield from parts
    except DomainError:
        return
