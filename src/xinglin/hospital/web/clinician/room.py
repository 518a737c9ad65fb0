"""What the consultation room shows: everything beside the record and the conversation. No decisions here."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xinglin.hospital.consultation import selectors
from xinglin.hospital.consultation.selectors import Background, RecordView, Vital
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError, InvalidForm, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.clinician.alarms import bar_context
from xinglin.hospital.web.clinician.live import live_context
from xinglin.hospital.web.shared.page import Request

PARTS = (
    ("chief_complaint", T(zh="主诉", en="Chief complaint"), 1),
    ("subjective", T(zh="现病史 S", en="History S"), 3),
    ("objective", T(zh="客观资料 O", en="Objective O"), 1),
    ("assessment", T(zh="评估 A", en="Assessment A"), 1),
    ("plan", T(zh="计划 P", en="Plan P"), 2),
)
CHART_WIDTH, CHART_HEIGHT = 340, 64


@dataclass(frozen=True, slots=True)
class Part:
    """One text of the record with what is wrong at it."""

    name: str
    label: T
    rows: int
    text: str
    error: T | None


@dataclass(frozen=True, slots=True)
class VitalField:
    """One vital sign as it stands in the form."""

    vital: Vital
    text: str
    alarming: bool
    error: T | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A line of pressures: points of an SVG path, first and last labels."""

    path: str
    goal_y: int
    first: Any
    last: Any
    last_value: int
    last_y: int


def field_errors(refusal: DomainError | None) -> dict[str, T]:
    """The sentences of a refusal by field."""
    if refusal is None:
        return {}
    found = refusal.errors if isinstance(refusal, InvalidForm) else [refusal]
    return {error.field: error.sentence for error in found if error.field}


def record_context(
    request: Request, visit_id: UUID, *, refusal: DomainError | None = None, typed: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The record as it stands, or as it was typed when the save was refused."""
    try:
        view: RecordView | None = selectors.draft(actor=request.actor, visit_id=visit_id)
    except NotFound:
        view = None
    errors = field_errors(refusal)
    return {
        "visit_id": visit_id,
        "view": view,
        "parts": [_part(view, name, label, rows, errors, typed) for name, label, rows in PARTS],
        "vital_fields": _vital_fields(view, errors, typed),
        "diagnoses": _diagnoses(view, typed),
        "errors": errors,
        "refusal": refusal,
        "version": typed["version"] if typed else view.record.version if view else 0,
        "reasons": terminology.override_reasons("A") if getattr(refusal, "code", "").endswith("needs_answer") else [],
    }


def _part(
    view: RecordView | None, name: str, label: T, rows: int, errors: dict[str, T], typed: dict[str, Any] | None
) -> Part:
    text = typed[name] if typed else getattr(view.record, name) if view else ""
    return Part(name, label, rows, text, errors.get(name))


def _vital_fields(view: RecordView | None, errors: dict[str, T], typed: dict[str, Any] | None) -> list[VitalField]:
    fields = []
    for code, vital in selectors.vitals().items():
        value = view.record.vitals.get(code) if view else None
        text = typed["vitals"].get(code, "") if typed else vital.shown(value) if value is not None else ""
        fields.append(VitalField(vital, text, value is not None and vital.alarming(value), errors.get(code)))
    return fields


def _diagnoses(view: RecordView | None, typed: dict[str, Any] | None) -> list[Any]:
    if typed is None:
        return list(view.diagnoses) if view else []
    held = terminology.diagnoses(typed["diagnoses"])
    return [held[code] for code in typed["diagnoses"] if code in held]


def room_context(request: Request, visit_id: UUID) -> dict[str, Any]:
    """The whole room."""
    background = selectors.background(actor=request.actor, visit_id=visit_id, now=request.now)
    talk = selectors.read_conversation(actor=request.actor, visit_id=visit_id, now=request.now)
    more = {"talk": talk, "base": f"/clinic/visits/{visit_id}/", "pictures": "/clinic/pictures/"}
    context = state_context(request, background) | record_context(request, visit_id) | more
    return context | bar_context(request, visit_id) | live_context(request, visit_id, f"/clinic/visits/{visit_id}/")


def state_context(request: Request, background: Background) -> dict[str, Any]:
    """The patient's card and where the visit stands."""
    visit = background.visit
    names = terminology.diagnoses([row.diagnosis_code for row in background.evidence])
    houses = {
        row.institution_id: identity.institution(institution_id=row.institution_id, at=request.now).name
        for row in background.evidence
        if row.institution_id
    }
    return {
        "visit": visit,
        "visit_id": visit.id,
        "state": selectors.VisitState(visit.state),
        "background": background,
        "patient": background.patient,
        "age_years": background.patient.age_on(civil_day(request.now)),
        "evidence": [
            {
                "row": row,
                "kind": selectors.EvidenceKind(row.kind).label,
                "judgement": selectors.Judgement(row.judgement).label,
                "house": houses.get(row.institution_id) if row.institution_id else row.institution_name,
                "diagnosis": names.get(row.diagnosis_code),
            }
            for row in background.evidence
        ],
        "can_start": visit.state == "waiting",
        "open": visit.state in {"requested", "waiting", "in_progress"},
        "chart": _chart(background),
    }


def _chart(background: Background) -> Chart | None:
    """The systolic pressures as a line; nothing under two points."""
    points = background.pressures
    if len(points) < 2:
        return None
    values = [value for _, value in points]
    low, high = min([*values, 120]), max([*values, 150])
    step = (CHART_WIDTH - 40) / (len(points) - 1)

    def y(value: int) -> int:
        return round(8 + (high - value) * CHART_HEIGHT / (high - low))

    path = " L".join(f"{round(10 + i * step)} {y(value)}" for i, value in enumerate(values))
    return Chart("M" + path, y(140), points[0][0], points[-1][0], values[-1], y(values[-1]))
