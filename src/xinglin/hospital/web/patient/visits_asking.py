"""Asking for a visit, one step a page: the physician, how one is, the consent, the paper of the earlier diagnosis.

What was answered travels along in the form and is checked again, whole, when the visit is asked for.
"""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import REQUEST_VISIT
from xinglin.hospital.consultation.selectors import Question
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.identity.selectors import PersonCard
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError, InvalidInput
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.patient import visits_form as forms
from xinglin.hospital.web.patient.describe import DESCRIBED
from xinglin.hospital.web.patient.whose import person_of
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

STEPS = (
    T(zh="选医师", en="Physician"),
    T(zh="说情况", en="How you are"),
    T(zh="知情同意", en="Consent"),
    T(zh="复诊依据", en="Papers"),
)
QUESTIONS, CONSENT, EVIDENCE = 1, 2, 3
LANGUAGES = (
    ("zh", T(zh="普通话", en="Mandarin")),
    ("en", T(zh="英语", en="English")),
    ("yue", T(zh="粤语", en="Cantonese")),
)
CONSENT_FIELDS = frozenset({"agree", "consent_version"})
EVIDENCE_FIELDS = frozenset({"evidence", "picture", "record_visit_id", *forms.UPLOAD_FIELDS})


# CHOOSING


@page(REQUEST_VISIT, methods=("GET", "HEAD"))
def choose(request: Request) -> HttpResponse:
    """Physicians on duty by department, language and name, sorted by wait."""
    if physician := uuid_or_none(request.GET.get("physician", "")):
        return redirect("patient:visit-ask", physician_id=physician)
    department, language = request.GET.get("department", ""), request.GET.get("language", "")
    order = "name" if request.GET.get("order") == "name" else "wait"
    name = request.GET.get("name", "")[:40]
    everybody = selectors.choices(now=request.now)
    narrowed = bool(department or language or name or order == "name")
    found = everybody
    if narrowed:
        found = selectors.choices(department=department, language=language, name=name, order=order, now=request.now)
    context = {
        "choices": found,
        "departments": sorted({(row.profile.department, row.department) for row in everybody}, key=lambda d: d[0]),
        "languages": LANGUAGES,
        "asked": {"department": department, "language": language, "name": name, "order": order},
        "person": request.GET.get("person", ""),
    }
    return render(request, "patient/visit_new.html", context)


@page(REQUEST_VISIT, methods=("GET", "HEAD"))
def diagnoses(request: Request) -> HttpResponse:
    """Diagnoses for the paper, as one types."""
    query = request.GET.get("diagnosis_code", "").strip()[:60]
    found = terminology.search_diagnoses(query, 8) if query else []
    return render(request, "patient/visit_diagnoses.html", {"found": found, "query": query})


# THE STEPS


@page(REQUEST_VISIT)
def ask(request: Request, physician_id: UUID) -> HttpResponseBase:
    """One step after the other; the last one asks for the visit."""
    patient = _patient(request)
    if request.method != "POST":
        return _step(request, physician_id, patient, QUESTIONS)
    step = request.POST.get("step", "")
    request.session.pop(DESCRIBED, None)
    try:
        if step == str(EVIDENCE):
            _agreed(request)
            visit_id = _request(request, physician_id, patient, forms.offers(request))
            return redirect("patient:visit", visit_id=visit_id)
        if _screened(request, patient):
            visit_id = _request(request, physician_id, patient, [])
            return redirect("patient:visit", visit_id=visit_id)
        if step == str(CONSENT):
            _agreed(request)
            return _step(request, physician_id, patient, EVIDENCE)
        return _step(request, physician_id, patient, CONSENT)
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return _step(request, physician_id, patient, _step_of(refusal, step), refusal)


def _patient(request: Request) -> PersonCard:
    """Oneself, or the ward that was chosen."""
    return identity.person(actor=request.actor, person_id=person_of(request))


def _questions(request: Request, patient: PersonCard) -> list[Question]:
    months = selectors.age_months(patient.birth_on, civil_day(request.now))
    return selectors.questions_for(sex=patient.sex, months=months)


def _answers(request: Request, patient: PersonCard) -> dict[str, str]:
    return {question.id: request.POST.get(question.id, "") for question in _questions(request, patient)}


def _screened(request: Request, patient: PersonCard) -> bool:
    """Whether an answer forbids online care. Raises InvalidForm naming what is missing."""
    return services.screen_answers(
        actor=request.actor,
        person_id=patient.id,
        complaint=request.POST.get("complaint", ""),
        answers=_answers(request, patient),
        now=request.now,
    )


def _agreed(request: Request) -> None:
    if request.POST.get("agree") != "yes":
        reason = T(zh="请先阅读并勾选同意。", en="Please read it and tick that you agree.")
        raise InvalidInput(field="agree", reason=reason)


def _request(request: Request, physician_id: UUID, patient: PersonCard, papers: list[Any]) -> UUID:
    return services.request_visit(
        actor=request.actor,
        id=uuid_or_none(request.POST.get("visit_id", "")) or new_id(),
        person_id=patient.id,
        physician_id=physician_id,
        complaint=request.POST.get("complaint", ""),
        evidence=papers,
        answers=_answers(request, patient),
        consent_version=request.POST.get("consent_version", ""),
        now=request.now,
    ).id


def _said_before(request: Request) -> dict[str, str]:
    """The complaint of a request that was stopped for what it said, to be put otherwise."""
    visit_id = uuid_or_none(request.GET.get("again", ""))
    if visit_id:
        return {"complaint": selectors.visit(actor=request.actor, id=visit_id).complaint}
    described = request.session.get(DESCRIBED)
    return {"complaint": described} if described else {}


def _step_of(refusal: DomainError, asked: str) -> int:
    """The step on which the refused field stands."""
    fields = set(forms.errors_of(refusal))
    if fields & EVIDENCE_FIELDS:
        return EVIDENCE
    if fields & CONSENT_FIELDS:
        return CONSENT
    return QUESTIONS if fields or asked == str(QUESTIONS) else EVIDENCE


def _step(
    request: Request, physician_id: UUID, patient: PersonCard, step: int, refusal: DomainError | None = None
) -> HttpResponse:
    errors = forms.errors_of(refusal) if refusal else {}
    questions = _questions(request, patient)
    wards = [identity.person(actor=request.actor, person_id=ward) for ward in request.actor.wards]
    consent = selectors.consent_at(request.now)
    context: dict[str, Any] = {
        "step": step,
        "steps": [(name, "done" if n < step else "now" if n == step else "ahead") for n, name in enumerate(STEPS)],
        "choice": selectors.choice(physician_id=physician_id, now=request.now),
        "patient": patient,
        "wards": wards,
        "questions": [(q, request.POST.get(q.id, ""), errors.get(q.id)) for q in questions],
        "consent": consent,
        "promise": selectors.promise_at(request.now),
        "visit_id": request.POST.get("visit_id") or new_id(),
        "typed": request.POST or _said_before(request),
        "errors": errors,
        "refusal": None if errors else refusal,
        "kinds": forms.KINDS,
    }
    if step == EVIDENCE:
        context["earlier"] = selectors.earlier_diagnoses(actor=request.actor, person_id=patient.id, now=request.now)
    return render(request, "patient/visit_ask.html", context, status=refusal.status if refusal else 200)
