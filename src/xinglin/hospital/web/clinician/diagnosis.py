"""Possible diagnoses beside the record: what was understood, how likely what is, what to ask, a draft to take over.

Every change is a click of the physician: a finding put right, a question put into the message box, a diagnosis chosen,
a draft put into the editor. Opening or refreshing the panel changes nothing.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.access import WRITE_RECORD
from xinglin.hospital.consultation.selectors import RecordView
from xinglin.hospital.decision_support import selectors as support
from xinglin.hospital.decision_support.access import CORRECT_FINDING, DIAGNOSE
from xinglin.hospital.decision_support.selectors import Understood
from xinglin.hospital.decision_support.services import Diagnosis
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.web.shared.page import Request, page

FIRST, MOST = 5, 10
REASONS_SHOWN = 4
LIVE = ("waiting", "in_progress", "referred")
ABOUT = {"family": T(zh="家属", en="family"), "past": T(zh="过去", en="past")}


@dataclass(frozen=True, slots=True)
class Possible:
    """One condition of the differential as a line: how likely, why, and the diagnosis of the catalogue."""

    name: T
    icd10: str
    percent: str
    width: int
    urgent: bool
    supports: list[Any]
    against: list[Any]
    unexplained: list[T]
    would_change: list[Any]
    source: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Chip:
    """One understood finding. `spots`: message, from, to (UTF-16 units, as browsers count), and the words."""

    row: Understood
    about: T | None
    spots: list[tuple[int, int, int, str]]


@page(DIAGNOSE, methods=("GET", "HEAD"))
def panel(request: Request, visit_id: UUID) -> HttpResponse:
    """The panel as it stands now, fetched again with every message. Nothing is changed by it."""
    return _panel(request, visit_id)


@page(CORRECT_FINDING, methods=("POST",))
def correct(request: Request, visit_id: UUID) -> HttpResponse:
    """Put one finding right (`code`, `verdict`), and see what follows."""
    services.correct_finding(
        actor=request.actor,
        visit_id=visit_id,
        code=request.POST.get("code", ""),
        verdict=request.POST.get("verdict", ""),
        now=request.now,
    )
    return _panel(request, visit_id)


@page(DIAGNOSE, methods=("GET", "HEAD"))
def findings(request: Request, visit_id: UUID) -> HttpResponse:
    """Findings to add, as one types."""
    selectors.visit(actor=request.actor, id=visit_id)
    query = request.GET.get("finding", "").strip()[:60]
    context = {"found": support.find_findings(query), "query": query, "visit_id": visit_id}
    return render(request, "clinician/findings_found.html", context)


@page(WRITE_RECORD, methods=("POST",))
def drafted(request: Request, visit_id: UUID) -> HttpResponse:
    """Note that the draft was taken over into the editor; the page itself puts it there."""
    services.keep_draft(actor=request.actor, visit_id=visit_id, now=request.now)
    return HttpResponse(status=204)


def _panel(request: Request, visit_id: UUID) -> HttpResponse:
    visit = selectors.visit(actor=request.actor, id=visit_id)
    diagnosis = selectors.assess_visit(actor=request.actor, visit_id=visit_id, now=request.now)
    rows = support.understood(diagnosis)
    record = _record(request, visit_id)
    editable = visit.state in LIVE and (record is None or record.record.state != "signed")
    answer = diagnosis.answer
    possible = _possible(answer)
    context = {
        "visit_id": visit_id,
        "first": possible[:FIRST],
        "more": possible[FIRST:],
        "other": _share(answer["other"]),
        "other_width": round(100 * answer["other"]),
        "insufficient": None if answer["insufficient"] is None else T(**answer["insufficient"]),
        "together": _together(answer),
        "flags": [
            (_name(one), T(zh=one["do_zh"], en=one["do_en"]))
            for one in answer["red_flags"]
            if one["level"] == "emergency"
        ],
        "scores": [T(**one["text"]) for one in answer["scores"] if "text" in one],
        "chips": [_chip(one, diagnosis) for one in rows if one.state != "removed"],
        "removed": [one for one in rows if one.state == "removed"],
        "questions": [T(zh=one["zh"], en=one["en"]) for one in answer["next_questions"]],
        "asks": visit.state == "in_progress",
        "editable": editable,
        "writable": editable and record is not None,
        "draft": support.draft_record(diagnosis, _language(request, record)) if editable and record else None,
    }
    return render(request, "clinician/diagnosis.html", context)


def _together(answer: Any) -> list[T]:
    """Two conditions that explain only together what is striking."""
    names = {one["id"]: _name(one) for one in answer["differential"]}
    return [names[one] for one in answer["together"] or () if one in names]


def _record(request: Request, visit_id: UUID) -> RecordView | None:
    try:
        return selectors.draft(actor=request.actor, visit_id=visit_id)
    except NotFound:
        return None


def _language(request: Request, record: RecordView | None) -> str:
    """The language in which the record is written so far; the page's own before the first word."""
    written = (record.record.chief_complaint, record.record.subjective) if record else ()
    page_language = "en" if str(T(zh="zh", en="en")) == "en" else "zh"
    return support.language_of(*written) or page_language


def _possible(answer: Any) -> list[Possible]:
    first = answer["differential"][:MOST]
    known = terminology.diagnoses([one["icd10"] for one in first])
    return [_line(one, known) for one in first]


def _line(one: dict[str, Any], known: dict[str, Any]) -> Possible:
    why = one.get("why", {})
    return Possible(
        name=_name(one),
        icd10=one["icd10"],
        percent=_share(one["probability"]),
        width=max(1, round(100 * one["probability"])),
        urgent=one["urgency"] == "emergency",
        supports=[(_name(reason), reason["present"]) for reason in why.get("for", [])[:REASONS_SHOWN]],
        against=[(_name(reason), reason["present"]) for reason in why.get("against", [])[:REASONS_SHOWN]],
        unexplained=[_name(finding) for finding in why.get("unexplained", [])[:REASONS_SHOWN]],
        would_change=[(_name(reason), reason["present"]) for reason in why.get("would_change", [])[:REASONS_SHOWN]],
        source=why.get("source", ""),
        code=one["icd10"] if one["icd10"] in known else None,
    )


def _name(one: dict[str, Any]) -> T:
    return T(zh=one["name_zh"], en=one["name_en"])


def _share(probability: float) -> str:
    """A probability as people read it; nothing is ever 0 or 100 percent."""
    percent = 100 * probability
    if percent < 1:
        return "<1 %"
    return ">99 %" if percent > 99 else f"{percent:.0f} %"


def _chip(row: Understood, diagnosis: Diagnosis) -> Chip:
    texts = {one.seq: one.text for one in diagnosis.consulted.spoken}
    spots = [
        (one.seq, _units(texts[one.seq][: one.start]), _units(texts[one.seq][: one.end]), one.words)
        for one in row.spots
    ]
    return Chip(row, ABOUT.get(row.about), spots)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
