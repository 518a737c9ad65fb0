"""Staff set up a second factor before anything else."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from xinglin.hospital.identity import selectors
from xinglin.hospital.identity.errors import SecondFactorNeeded

FREE = ("/staff/", "/static/", "/preferences", "/sign-out", "/healthz", "/demo/", "/sign-in")
DONE = "second_factor"


class SecondFactorFirst:
    """Sends staff without one-time codes or a passkey to the page where they set one up.

    Once seen, the session remembers: the last factor cannot be removed. A demonstration's people enter by links and are
    left in peace.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._is_due(request):
            if request.path.startswith("/api/"):
                body = SecondFactorNeeded().as_json() | {"status": 403, "errors": [], "asks": []}
                return JsonResponse(body, status=403, content_type="application/problem+json")
            return redirect("/staff/2fa/")
        return self.get_response(request)

    def _is_due(self, request: HttpRequest) -> bool:
        account = request.user
        if not account.is_authenticated or account.kind != "staff" or request.session.get(DONE):
            return False
        if settings.XINGLIN_DEMO or request.path.startswith(FREE):
            return False
        if selectors.needs_second_factor(account_id=account.pk):
            return True
        request.session[DONE] = True
        return False
