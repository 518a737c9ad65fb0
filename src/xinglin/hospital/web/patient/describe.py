"""Describe it in one's own words: how soon, which department, plain questions one at a time, then physicians.

What was said travels in the form, signed; nothing is stored. Before the form of a visit the words wait in the session.
"""

from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from xinglin.hospital.consultation import selectors
from xinglin.hospital.decision_support import services
from xinglin.hospital.decision_support.access import ASK_WHERE
from xinglin.hospital.decision_support.services import Where
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.patient.whose import person_of
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

SALT = "patient-describe"
HOURS = 3 * 3600
DESCRIBED = "described"
COMPLAINT_MOST = 1000
SHOWN = 6


@page(ASK_WHERE)
def describe(request: Request) -> HttpResponseBase:
    """The words, then one question after the other, then where to go."""
    if request.method != "POST":
        return _form(request, person_of(request), "")
    person_id = person_of(request)
    if "back" in request.POST:
        return _form(request, person_id, request.POST.get("text", ""))
    try:
        return _shown(request, person_id, _next(request, person_id))
    except signing.BadSignature:
        return redirect("patient:describe")
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _form(request, person_id, request.POST.get("text", ""), refusal)


@page(ASK_WHERE, methods=("POST",))
def choose(request: Request, physician_id: UUID) -> HttpResponseBase:
    """Take the words along to the form of a visit with a physician."""
    request.session[DESCRIBED] = request.POST.get("complaint", "").strip()[:COMPLAINT_MOST]
    response = redirect("patient:visit-ask", physician_id=physician_id)
    person = uuid_or_none(request.POST.get("person", ""))
    if person is not None and person != request.actor.person_id:
        response["Location"] += f"?person={person}"
    return response


def _next(request: Request, person_id: UUID) -> Where:
    post = request.POST
    if carried := post.get("carried"):
        return services.answer_question(
            actor=request.actor,
            carried=signing.loads(carried, salt=SALT, max_age=HOURS),
            answer="unsure" if "enough" in post else post.get("answer", ""),
            words=post.get("words", ""),
            now=request.now,
        )
    person = selectors.told_person(actor=request.actor, person_id=person_id, now=request.now)
    return services.describe(actor=request.actor, text=post.get("text", ""), person=person, now=request.now)


def _form(request: Request, person_id: UUID, text: str, refusal: DomainError | None = None) -> HttpResponse:
    wards = [identity.person(actor=request.actor, person_id=ward) for ward in request.actor.wards]
    context = {"text": text, "person_id": person_id, "wards": wards, "refusal": refusal}
    return render(request, "patient/describe.html", context, status=refusal.status if refusal else 200)


def _shown(request: Request, person_id: UUID, where: Where) -> HttpResponse:
    context: dict[str, Any] = {"where": where, "person_id": person_id}
    if where.question is not None and "enough" not in request.POST:
        context["question"] = T(zh=where.question.zh, en=where.question.en)
        context["carried"] = signing.dumps(dict(where.carried), salt=SALT, compress=True)
    elif not where.dangers:
        context |= {"choices": _choices(request, where), "complaint": _complaint(where)}
    return render(request, "patient/describe_next.html", context)


def _choices(request: Request, where: Where) -> list[Any]:
    """Physicians of the department on duty, the shortest wait first; else of its parent."""
    for code in dict.fromkeys((where.department, where.department.partition(".")[0])):
        if found := selectors.choices(department=code, now=request.now):
            return found[:SHOWN]
    return []


def _complaint(where: Where) -> str:
    """The words with what was answered, as the physician will read them."""
    yes = [str(name) for name, answer in where.answered if answer == "yes"]
    no = [str(name) for name, answer in where.answered if answer == "no"]
    lines = [where.text]
    if yes:
        lines.append(str(T(zh="有：{list}", en="Yes: {list}").with_(list=", ".join(yes))))
    if no:
        lines.append(str(T(zh="没有：{list}", en="No: {list}").with_(list=", ".join(no))))
    return "\n".join(lines)[:COMPLAINT_MOST]
