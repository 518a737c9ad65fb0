"""/demo/: the same list of demo people that `make demo` prints, for those who prefer a page. In demo mode alone."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital import demo
from xinglin.hospital.kernel.access import EVERYONE, Role
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.web.shared.page import Request, page


@page(EVERYONE, methods=("GET", "HEAD"))
def demo_people(request: Request) -> HttpResponse:
    """One card a role, one button a person. Answers as an absent page outside the demo."""
    if not settings.XINGLIN_DEMO:
        raise NotFound
    people = demo.people()
    parts = [
        (Role(role).label, [person for person in people if person.role == role])
        for role in dict.fromkeys(person.role for person in people)
    ]
    return render(request, "shared/demo.html", {"parts": parts})


@page(EVERYONE, methods=("GET", "HEAD"))
def demo_as(request: Request, key: str) -> HttpResponse:
    """The short link of one demo person. Answers as an absent page outside the demo and for unknown people."""
    if not settings.XINGLIN_DEMO:
        raise NotFound
    found = next((person for person in demo.people() if person.key == key), None)
    if found is None:
        raise NotFound
    return redirect(found.entrance)
