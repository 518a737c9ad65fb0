"""What medicines depend on, told by patients and physicians: the forms of the page and of the room."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import SEE_PATIENTS
from xinglin.hospital.consultation.selectors import HEIGHT, LABORATORY, WEIGHT, Measure, Reading, ToldFacts
from xinglin.hospital.consultation.services import Measured
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError, InvalidForm, InvalidInput
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.shared.page import Request, page, uuid_or_none

ANSWERS = {"yes": True, "no": False}
CHILDBEARING = (12, 55)
"""Years in which a woman is asked about pregnancy (the house's own choice)."""
SHOWN_FIRST = (WEIGHT, HEIGHT, "SBP", "DBP", *LABORATORY)


def tell(request: Request, patient_id: UUID, visit_id: UUID | None) -> None:
    """Do what a form asks (`do`). Raises the refusals of consultation's services."""
    who: dict[str, Any] = {
        "actor": request.actor,
        "patient_id": patient_id,
        "visit_id": visit_id,
        "now": request.now,
    }
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        raise InvalidInput(field="do", reason=T(zh="请重新打开页面。", en="Open the page again."))
    deed(request, who)


def _measure(request: Request, who: dict[str, Any]) -> None:
    post, today = request.POST, civil_day(request.now)
    codes = [code for code in post if code in selectors.measures()]
    typed = [Measured(code, post.get(code, ""), _day(post.get("on", ""), today)) for code in codes]
    if other := post.get("other-code", ""):
        text, unit = post.get("other-value", ""), post.get("other-unit", "").strip()
        typed.append(Measured(other, text, _day(post.get("on", ""), today), unit))
    services.tell_measures(values=typed, **who)


def _day(text: str, otherwise: date | None) -> Any:
    if not text.strip():
        return otherwise
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        words = T(zh="日期请写成 2026-11-22 的样子。", en="Write the day as 2026-11-22.")
        raise InvalidInput(field="on", reason=words) from None


def _life(request: Request, who: dict[str, Any]) -> None:
    post = request.POST
    weeks = post.get("weeks", "").strip()
    if weeks and not (weeks.isascii() and weeks.isdigit()):
        raise InvalidInput(field="weeks", reason=T(zh="孕周请填整数。", en="Weeks: a whole number."))
    services.tell_life_state(
        pregnant=ANSWERS.get(post.get("pregnant", "")),
        weeks=int(weeks) if weeks else None,
        lactating=ANSWERS.get(post.get("lactating", "")),
        **who,
    )


def _allergy(request: Request, who: dict[str, Any]) -> None:
    post = request.POST
    services.tell_allergy(substance=post.get("substance", ""), reaction=post.get("reaction", "any"), **who)


def _medicine(request: Request, who: dict[str, Any]) -> None:
    post = request.POST
    services.tell_medicine(
        name=post.get("name", ""),
        sig=post.get("sig", ""),
        since_on=_day(post.get("since_on", ""), None),
        until_on=_day(post.get("until_on", ""), None),
        **who,
    )


def _withdraw(request: Request, who: dict[str, Any]) -> None:
    row_id = uuid_or_none(request.POST.get("row", "")) or UUID(int=0)
    services.withdraw_fact(kind=request.POST.get("kind", ""), row_id=row_id, **who)


def _hold(request: Request, who: dict[str, Any]) -> None:
    row_id = uuid_or_none(request.POST.get("row", "")) or UUID(int=0)
    services.hold_medicine(row_id=row_id, held=request.POST.get("held") == "1", **who)


def _no_allergy(_request: Request, who: dict[str, Any]) -> None:
    services.tell_allergy(none_known=True, **who)


def _no_medicine(_request: Request, who: dict[str, Any]) -> None:
    services.tell_medicine(none_taken=True, **who)


DEEDS: dict[str, Callable[[Request, dict[str, Any]], None]] = {
    "measure": _measure,
    "life": _life,
    "allergy": _allergy,
    "no-allergy": _no_allergy,
    "medicine": _medicine,
    "no-medicine": _no_medicine,
    "withdraw": _withdraw,
    "hold": _hold,
}


# THE SCREEN


def facts_context(
    request: Request, patient_id: UUID, visit_id: UUID | None, refusal: DomainError | None = None
) -> dict[str, Any]:
    """What is known, in the order in which it is asked, with what was refused at its field."""
    told = selectors.medicine_facts(actor=request.actor, patient_id=patient_id, visit_id=visit_id, now=request.now)
    patient = identity.person(actor=request.actor, person_id=patient_id)
    errors = {}
    if refusal is not None:
        found = refusal.errors if isinstance(refusal, InvalidForm) else [refusal]
        errors = {error.field: error.sentence for error in found if error.field}
    years = patient.age_on(civil_day(request.now))
    asks_life = patient.sex == "F" and CHILDBEARING[0] <= years <= CHILDBEARING[1]
    measures = selectors.measures()
    return {
        "told": told,
        "patient": patient,
        "readings": _in_order(told),
        "asked_measures": [_asked(measures[code], told, errors) for code in selectors.ASKED_OF_PATIENTS],
        "laboratory": [_asked(measures[code], told, errors) for code in LABORATORY],
        "other_measures": [one for code, one in measures.items() if code not in {*SHOWN_FIRST}],
        "planned": [(row, measures[row.code]) for row in told.tests if row.code in measures],
        "asks_life": asks_life or told.life.row is not None,
        "reactions": list(selectors.Reaction),
        "errors": errors,
        "refusal": refusal if refusal is not None and not errors else None,
        "typed": request.POST if refusal is not None else {},
        "today": civil_day(request.now),
        "missing": _missing(told, asks_life),
    }


def _asked(measure: Measure, told: ToldFacts, errors: dict[str, T]) -> tuple[Measure, Reading | None, T | None]:
    return measure, told.readings.get(measure.code), errors.get(measure.code)


def _in_order(told: ToldFacts) -> list[Reading]:
    first = [told.readings[code] for code in SHOWN_FIRST if code in told.readings]
    return first + [one for code, one in told.readings.items() if code not in SHOWN_FIRST]


def _missing(told: ToldFacts, asks_life: bool) -> list[T]:
    """What nobody has said yet, of what is always asked."""
    found = []
    if not told.allergies_asked:
        found.append(T(zh="过敏史", en="allergies"))
    if not told.medicines_asked:
        found.append(T(zh="正在用的药", en="medicines taken"))
    if asks_life and told.life.pregnant is None:
        found.append(T(zh="是否怀孕", en="pregnancy"))
    if WEIGHT not in told.readings:
        found.append(T(zh="体重", en="weight"))
    return found


@page(SEE_PATIENTS)
def facts(request: Request, visit_id: UUID) -> HttpResponse:
    """What medicines depend on, in the room: seen, told, corrected."""
    visit = selectors.visit(actor=request.actor, id=visit_id)
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            tell(request, visit.patient_id, visit_id)
        except DomainError as error:
            if error.status == 404:
                raise
            refusal = error
    context = facts_context(request, visit.patient_id, visit_id, refusal) | {"visit_id": visit_id}
    context["editing"] = request.method == "POST"
    status = refusal.status if refusal else 200
    response = render(request, "clinician/facts.html", context, status=status)
    if request.method == "POST" and refusal is None:
        response.headers["HX-Trigger"] = "facts-changed"
    return response
