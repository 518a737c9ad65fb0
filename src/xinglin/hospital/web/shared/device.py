"""The browser's own mark: a random cookie of those who prescribe and review, of which only a keyed hash goes further.

Rule B12 asks whether a prescription was reviewed on the device on which it was written. The mark says that two deeds
came from one browser and nothing else: it holds no property of person or machine.
"""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from xinglin.hospital.kernel.access import ANONYMOUS, Actor, Role

COOKIE = "xinglin_device"
SALT = "xinglin.device"
LENGTH = 32
A_YEAR = 365 * 24 * 3600


def mark_of(request: HttpRequest) -> str:
    """The mark that came with the request, or a new one; "" for everybody whose device no rule asks about."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    if not actor.has(Role.PHYSICIAN, Role.PHARMACIST) or request.path.startswith("/api/"):
        return ""
    came = request.COOKIES.get(COOKIE, "")
    return came if len(came) == LENGTH and came.isalnum() else secrets.token_hex(LENGTH // 2)


def hashed(mark: str) -> str:
    """What the hospital keeps of a mark: without its key nobody can tell the one from the other."""
    return salted_hmac(SALT, mark, algorithm="sha256").hexdigest()


def keep(request: HttpRequest, response: HttpResponse, mark: str) -> None:
    """Let the browser keep its mark, where it is new."""
    if request.COOKIES.get(COOKIE) != mark:
        response.set_cookie(
            COOKIE,
            mark,
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=bool(settings.SESSION_COOKIE_SECURE),
        )
