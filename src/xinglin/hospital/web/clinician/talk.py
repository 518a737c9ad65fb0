"""The conversation, as both sides have it: fragments after a number, sending, typing, read marks, pictures."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import READ_VISIT, TALK
from xinglin.hospital.kernel.errors import InvalidInput
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none


def whole_number(text: str | None) -> int:
    """A number from the page, or 0."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


@page(TALK, methods=("GET", "HEAD", "POST"))
def conversation(request: Request, visit_id: UUID) -> HttpResponse:
    """GET: what was said after `after`. POST: first say something (`text`, or a `picture`)."""
    if request.method == "POST":
        _send(request, visit_id)
    return _said_after(request, visit_id)


def _said_after(request: Request, visit_id: UUID) -> HttpResponse:
    after = whole_number(request.POST.get("after") or request.GET.get("after"))
    talk = selectors.messages(actor=request.actor, visit_id=visit_id, after_seq=after)
    return render(request, "clinician/messages.html", {"talk": talk, "pictures": pictures_base(request)})


def pictures_base(request: Request) -> str:
    """Where the pictures of visits are for the one who looks."""
    return "/me/visits/pictures/" if request.path.startswith("/me/") else "/clinic/pictures/"


def _send(request: Request, visit_id: UUID) -> None:
    message_id = _message_id(request)
    upload = request.FILES.get("picture")
    if upload is not None:
        services.send_picture(actor=request.actor, visit_id=visit_id, id=message_id, raw=upload.read(), now=request.now)
    if request.POST.get("text", "").strip() or upload is None:
        services.send_message(
            actor=request.actor,
            visit_id=visit_id,
            id=message_id if upload is None else new_id(),
            text=request.POST.get("text", ""),
            now=request.now,
        )


def _message_id(request: Request) -> UUID:
    """The id that the page made; a page without script sends none and gets one here."""
    given = request.POST.get("id", "")
    if not given:
        return new_id()
    found = uuid_or_none(given)
    if found is None:
        raise InvalidInput(field="id", reason=T(zh="消息编号不对。", en="The message id is not valid."))
    return found


@page(TALK, methods=("POST",))
def typing(request: Request, visit_id: UUID) -> HttpResponse:
    """Somebody is typing."""
    services.typing(actor=request.actor, visit_id=visit_id)
    return HttpResponse(status=204)


@page(TALK, methods=("POST",))
def read(request: Request, visit_id: UUID) -> HttpResponse:
    """Everything up to `seq` was seen."""
    seq = whole_number(request.POST.get("seq"))
    mark = services.mark_read(actor=request.actor, visit_id=visit_id, seq=seq, now=request.now)
    return HttpResponse(str(mark), content_type="text/plain")


@page(READ_VISIT, methods=("GET", "HEAD"))
def picture(request: Request, picture_id: UUID) -> HttpResponse:
    """A picture of a visit; each reading is written down, so the browser may keep it for the session."""
    found = selectors.picture(actor=request.actor, picture_id=picture_id, now=request.now)
    response = HttpResponse(bytes(found.content), content_type=found.media_type)
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
