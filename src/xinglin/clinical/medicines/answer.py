"""The answer to a case, as plain values that any program can read. The same case and tables give the same bytes."""

from __future__ import annotations

from typing import Any, Final

from xinglin.clinical.knowledge import Knowledge
from xinglin.clinical.medicines.assess import Assessment
from xinglin.clinical.medicines.cards import INTERRUPTING, Card, Ticket, cards, seen_by, tickets
from xinglin.clinical.medicines.remedies import remedy

ROLES: Final = ("physician", "pharmacist", "patient")
MEANS: Final = {
    "X": ("不得使用，除非药师与医师共同解决", "must not be given until pharmacist and physician have resolved it"),
    "D": ("应修改，或注明理由", "change it, or state a reason"),
    "C": ("药师关注，安排监测", "for the pharmacist: watch and monitor"),
    "B": ("用药交代", "advice to the patient"),
}


def answer(assessment: Assessment, knowledge: Knowledge) -> dict[str, Any]:
    """Findings, cards and what could not be checked. Keys are documented in docs/reference/check.md."""
    known = tickets(assessment)
    places = {id(ticket): number for number, ticket in enumerate(known)}
    shown = cards(assessment, known, knowledge)
    return {
        "id": assessment.case.id,
        "knowledge": assessment.digest,
        "findings": [_finding(ticket, knowledge) for ticket in known],
        "cards": [_card(card, places, knowledge) for card in shown],
        "views": {role: [places[id(ticket)] for ticket in seen_by(role, known)] for role in ROLES},
        "unchecked": [
            {
                "fact": one.fact,
                "place": one.place,
                "text": {"zh": one.why_zh, "en": one.why_en},
                "drugs": list(one.suggestions),
            }
            for one in assessment.unknown
        ],
        "reviewed": False,
    }


def _finding(ticket: Ticket, knowledge: Knowledge) -> dict[str, Any]:
    found = ticket.finding
    names = knowledge.names
    return {
        "rule": found.rule,
        "kind": found.kind,
        "tier": found.tier,
        "base_tier": found.base,
        "means": {"zh": MEANS[found.tier][0], "en": MEANS[found.tier][1]},
        "problem": found.problem,
        "lines": list(found.places),
        "drugs": [
            {
                "code": code,
                "zh": names.ingredients[code].name_zh,
                "en": names.ingredients[code].name_en,
                "atc": list(names.ingredients[code].atc),
            }
            for code in found.codes
        ],
        "text": {"zh": found.text_zh, "en": found.text_en},
        "action": {"zh": found.action_zh, "en": found.action_en},
        "remedies": [_remedy(code, knowledge) for code in found.remedies],
        "context": found.because,
        "could_be": [{"tier": tier, "missing": list(missing)} for tier, missing in found.could_be],
        "evidence": [{"fact": fact, "value": value} for fact, value in found.facts.items()],
        "row": f"{found.table}/{found.row}",
        "source": found.source,
        "source_read": found.read == "yes",
        "second_reading": found.second,
        "interrupts": found.tier in INTERRUPTING and found.second and ticket.accepted_on is None,
        "review_code": found.review_code,
        "ticket": ticket.name,
        "accepted_on": None if ticket.accepted_on is None else ticket.accepted_on.isoformat(),
    }


def _remedy(code: str, knowledge: Knowledge) -> dict[str, Any]:
    found = remedy(code, knowledge.names)
    return {"code": found.code, "kind": found.kind, "drugs": list(found.ingredients), "zh": found.zh, "en": found.en}


def _card(card: Card, places: dict[int, int], knowledge: Knowledge) -> dict[str, Any]:
    told: dict[str, Any] = {
        "problem": card.problem,
        "tier": card.tier,
        "title": {"zh": card.title_zh, "en": card.title_en},
        "interrupts": card.interrupts,
        "findings": [places[id(ticket)] for ticket in card.tickets],
        "remedies": [_remedy(code, knowledge) for code in card.remedies],
    }
    if card.score is not None:
        told["tisdale"] = {
            "points": card.score.points,
            "level": card.score.level,
            "missing": list(card.score.missing),
        }
    return told
