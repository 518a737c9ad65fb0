"""The front door, language and theme, signing out."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from xinglin.hospital.kernel.access import EVERYONE
from xinglin.hospital.web.shared.menu import home_of
from xinglin.hospital.web.shared.page import Request, page

YEAR = 365 * 24 * 3600


@page(EVERYONE, methods=("GET", "HEAD"))
def landing(request: Request) -> HttpResponse:
    """Visitors see what the hospital is; people who are signed in go to their own desk."""
    home = home_of(request.actor)
    return redirect(home) if home != "/" else render(request, "shared/landing.html")


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if safe else "/"


@page(EVERYONE, methods=("POST",))
def preferences(request: Request) -> HttpResponse:
    """Language and theme: kept in cookies, for visitors too."""
    response = HttpResponseRedirect(_back(request))
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax")
    theme = request.POST.get("theme", "")
    if theme == "toggle":
        theme = "light" if request.COOKIES.get("xinglin_theme") == "dark" else "dark"
    if theme in {"light", "dark"}:
        response.set_cookie("xinglin_theme", theme, max_age=YEAR, samesite="Lax")
    return response


@page(EVERYONE, methods=("POST",))
def sign_out(request: Request) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect("/")
