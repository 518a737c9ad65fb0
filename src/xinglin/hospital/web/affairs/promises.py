"""Response promises that need the desk: passed without a reply, close to it, and those that have broken."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.consultation import selectors
from xinglin.hospital.consultation.access import WATCH_PROMISES
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.web.shared.page import Request, page

LOOK_BACK_DAYS = 7


def promises_of(actor: Actor, now: datetime) -> dict[str, Any]:
    """What the lists of promises show: `overdue`, `close` and those `broken` in the last days."""
    since = now - timedelta(days=LOOK_BACK_DAYS)
    return {
        "overdue": selectors.promises_overdue(actor=actor, now=now),
        "close": selectors.promises_close(actor=actor, now=now),
        "broken": selectors.promises_broken(actor=actor, since=since, now=now),
        "look_back_days": LOOK_BACK_DAYS,
    }


@page(WATCH_PROMISES, methods=("GET", "HEAD"))
def promises(request: Request) -> HttpResponse:
    """Who waits too long, for whom, since when, and when the fee goes back by itself."""
    return render(request, "affairs/promises.html", promises_of(request.actor, request.now))
