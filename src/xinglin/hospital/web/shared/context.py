"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import ANONYMOUS, Actor, Role
from xinglin.hospital.kernel.live import stream_token
from xinglin.hospital.oversight import selectors as oversight
from xinglin.hospital.web.shared.menu import menu_for, part_of

DESKS = {
    Role.PHARMACIST: ("desk:review", "desk:dispense"),
    Role.MEDICAL_AFFAIRS: ("desk:affairs",),
    Role.AUDITOR: ("desk:audit",),
}


def topics_of(actor: Actor) -> list[str]:
    """The live topics of a person's own pages; a page about one visit adds its own through `request.topics`."""
    own = [f"person:{actor.person_id}"] if actor.person_id else []
    if actor.has(Role.MEDICAL_AFFAIRS):
        own += [f"alarms:{one}" for one in sorted(map(str, actor.institution_ids))]
    return own + [topic for role, topics in DESKS.items() if actor.has(role) for topic in topics]


def page(request: HttpRequest) -> dict[str, Any]:
    """The actor, the navigation, the language, the theme and where live updates come from."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    theme = request.COOKIES.get("xinglin_theme", "")
    language = translation.get_language() or "zh-hans"
    topics = topics_of(actor) + list(getattr(request, "topics", []))
    return {
        "actor": actor,
        "menu": menu_for(actor, request.path),
        "who": part_of(actor),
        "language": language,
        "english": language.startswith("en"),
        "theme": theme if theme in {"light", "dark"} else "",
        "demo": settings.XINGLIN_DEMO,
        "by_face": SimpleLazyObject(lambda: may_show_face(request)),  # asked on few pages, so not before
        "engine_trouble": SimpleLazyObject(lambda: engine_trouble(request)),
        "stream_url": stream_url(request),
        "stream_token": stream_token(*topics) if topics else "",
    }


def engine_trouble(request: HttpRequest) -> str:
    """What staff are told while the rule engine fails its own test; "" for others and while it is alive."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    if not actor.has(Role.PHYSICIAN, Role.PHARMACIST, Role.MEDICAL_AFFAIRS, Role.AUDITOR, Role.REGULATOR):
        return ""
    trouble = oversight.engine_trouble(at=request.now)  # type: ignore[attr-defined]
    return str(trouble) if trouble else ""


def may_show_face(request: HttpRequest) -> bool:
    """Whether the acting person may confirm by an enrolled face on this server."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    if actor.person_id is None:
        return False
    standing = identity.standing(person_id=actor.person_id, at=request.now)  # type: ignore[attr-defined]
    return standing.enrolled and standing.models


def stream_url(request: HttpRequest) -> str:
    """Where a browser reaches the event stream: the configured address, or the page's host on the stream's port."""
    if settings.XINGLIN_STREAM_URL:
        return str(settings.XINGLIN_STREAM_URL)
    host = request.get_host()
    bare = host if host.endswith("]") else host.rsplit(":", 1)[0]
    return f"{request.scheme}://{bare}:{settings.XINGLIN_STREAM_PORT}/stream"
