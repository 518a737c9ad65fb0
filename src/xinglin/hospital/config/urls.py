"""Addresses: one include a person at a screen."""

from importlib import import_module
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from xinglin.hospital.config.demo_page import demo_as, demo_people
from xinglin.hospital.kernel.access import EVERYONE


def healthz(request: HttpRequest) -> HttpResponse:
    """Answers when the web process and the database do."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Stands before pages of the sign-in library that the hospital does not have: it knows no e-mail addresses."""
    raise Http404


nothing_here.permission = EVERYONE  # type: ignore[attr-defined]
CLOSED = (
    "email/",
    "confirm-email/",
    "confirm-email/<path:rest>",
    "password/reset/",
    "password/reset/<path:rest>",
    "password/set/",
    "login/code/confirm/",
)
HOSPITAL = Path(__file__).resolve().parents[1]
WEB = {
    "shared": "",
    "identity": "",
    "patient": "me/",
    "clinician": "clinic/",
    "pharmacist": "pharmacy/",
    "affairs": "affairs/",
    "auditor": "audit/",
    "regulator": "board/",
    "payment": "payment/",
    "verify": "verify/",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("demo/", demo_people, name="demo"),
    path("demo/as/<slug:key>", demo_as, name="demo-as"),
    *(path(f"staff/{closed}", nothing_here) for closed in CLOSED),
    path("staff/", include("allauth.urls")),
]
for folder, prefix in WEB.items():
    if (HOSPITAL / "web" / folder / "urls.py").exists():
        urlpatterns.append(path(prefix, include(f"xinglin.hospital.web.{folder}.urls")))
if (HOSPITAL / "api" / "urls.py").exists():
    urlpatterns.append(path("api/", import_module("xinglin.hospital.api.urls").api.urls))
