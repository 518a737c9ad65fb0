"""The edge: who is at the door, and how a refusal is shown."""

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import ANONYMOUS
from xinglin.hospital.kernel.clock import now
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.web.shared import device


class Edge:
    """Puts `request.actor` and `request.now` on each request; turns a DomainError that no view caught into a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = now()  # type: ignore[attr-defined]
        account = request.user
        request.actor = (  # type: ignore[attr-defined]
            identity.actor_for(account_id=account.pk, now=request.now) if account.is_authenticated else ANONYMOUS  # type: ignore[attr-defined]
        )
        mark = device.mark_of(request)
        if mark:
            request.actor = replace(request.actor, device=device.hashed(mark))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if mark:
            device.keep(request, response, mark)
        if not request.path.startswith(("/static/", "/healthz")):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal is an answer, not a failure: show it with its own status."""
        if not isinstance(exception, DomainError):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(exception.as_json(), status=exception.status)
        fragment = bool(request.headers.get("HX-Request"))
        template = "shared/parts/refusal.html" if fragment else "shared/refusal.html"
        return render(request, template, {"refusal": exception}, status=exception.status)
