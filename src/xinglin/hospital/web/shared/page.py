"""The door of every screen: a view without a permission does not exist."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from xinglin.hospital.kernel.access import EVERYONE, Actor, Permission, require

View = Callable[..., HttpResponseBase]


class Request(HttpRequest):
    """A request as our views see it (for type checkers: the middleware adds the two)."""

    actor: Actor
    now: Any
    htmx: Any


def page(permission: Permission, methods: tuple[str, ...] = ("GET", "HEAD", "POST")) -> Callable[[View], View]:
    """Declare who may open a view. Anonymous visitors are sent to the right sign-in page, others get a refusal."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
            actor = cast(Request, request).actor
            if permission is not EVERYONE and not actor.roles:
                staff = not request.path.startswith(("/me/", "/payment/"))
                return redirect_to_login(request.get_full_path(), "/staff/login/" if staff else "/sign-in")
            require(actor, permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def uuid_or_none(text: str) -> UUID | None:
    """A UUID from a form field, or None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
