"""The check of medicines for a signed prescription, and its findings as the pharmacist reads them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xinglin.hospital.decision_support import services as decision_support
from xinglin.hospital.decision_support.selectors import fact_name, source_names, tickets_of
from xinglin.hospital.decision_support.services import Advice
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.gathering import about_row, gather
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.terminology import selectors as terminology

TIERS = ("X", "D", "C")
"""What a pharmacist is shown, from the gravest."""
SUBJECT = "prescription"
"""Under which evidence of a signature is kept (reviews and acceptances keep theirs under other names)."""
NEWLY = timedelta(days=1)
"""A reason given within a day before the signature was given for this prescription: the pharmacist judges it."""


def check_row(actor: Actor, row: Prescription, content: dict[str, Any], now: datetime) -> Advice:
    """What the check says of a signed prescription now, asked as its prescriber asked. `content` is what was signed."""
    asked = gather(about_row(row, content), now)
    return decision_support.check_prescription(actor=actor, asked=asked, now=now)


@dataclass(frozen=True, slots=True)
class AtSigning:
    """What the check was asked and answered when the prescription was signed; `tables` is the digest of the rows."""

    given: dict[str, Any]
    tickets: frozenset[str]
    tables: str


def at_signing(actor: Actor, row: Prescription) -> AtSigning | None:
    """The evidence of the signature, as far as the actor may read it. None where none was kept (written in bulk)."""
    kept = [one for one in tickets_of(actor=actor, subject_id=row.id) if one.subject_type == SUBJECT]
    if not kept:
        return None
    answer = json.loads(kept[-1].answer)
    return AtSigning(
        json.loads(kept[-1].given), frozenset(one["ticket"] for one in answer["findings"]), kept[-1].knowledge
    )


# FOR THE DESK


@dataclass(frozen=True, slots=True)
class DeskFinding:
    """A finding as the pharmacist sees it. `reason`: the physician's, where the finding was accepted.

    `open`: it wants the pharmacist's own judgement; a reason of an earlier prescription that still holds does not.
    """

    tier: str
    rule: str
    row: str
    problem: str
    text: T
    action: T
    source: str
    sources: T
    source_read: bool
    second_reading: bool
    review_code: str
    ticket: str
    line_ids: tuple[UUID, ...]
    with_current: bool
    could_be: tuple[tuple[str, T], ...]
    evidence: tuple[tuple[T, str], ...]
    remedies: tuple[T, ...]
    reason: T | None
    reason_code: str
    reason_text: str
    reason_by: str
    open: bool


def desk_findings(advice: Advice, row: Prescription) -> list[DeskFinding]:
    """The findings of the pharmacist's tiers, from the gravest, those that were answered among them."""
    reasons = {one.code: one.name for one in terminology.override_reasons()}
    return [_desk_finding(one, advice, row, reasons) for one in advice.findings if one["tier"] in TIERS]


def _desk_finding(one: dict[str, Any], advice: Advice, row: Prescription, reasons: dict[str, T]) -> DeskFinding:
    accepted = advice.accepted.get(one["ticket"])
    places = [(place, advice.line_of(place)) for place in one["lines"]]
    return DeskFinding(
        tier=one["tier"],
        rule=one["rule"],
        row=one["row"],
        problem=one["problem"],
        text=T(**one["text"]),
        action=T(**one["action"]),
        source=one["source"],
        sources=source_names(one["source"]),
        source_read=one["source_read"],
        second_reading=one["second_reading"],
        review_code=one["review_code"] or "",
        ticket=one["ticket"],
        line_ids=tuple(dict.fromkeys(UUID(name) for place, name in places if place.startswith("orders"))),
        with_current=any(place.startswith("current") for place, _ in places),
        could_be=tuple((more["tier"], _listed(more["missing"])) for more in one["could_be"]),
        evidence=tuple((fact_name(str(entry["fact"])), str(entry["value"])) for entry in one["evidence"]),
        remedies=tuple(T(zh=way["zh"], en=way["en"]) for way in one["remedies"]),
        reason=reasons.get(accepted.reason_code) if accepted else None,
        reason_code=accepted.reason_code if accepted else "",
        reason_text=accepted.text if accepted else "",
        reason_by=accepted.actor_label if accepted else "",
        open=accepted is None or accepted.at > row.issued_at - NEWLY,
    )


def _listed(facts: Iterable[str]) -> T:
    names = [fact_name(fact) for fact in facts]
    return T(zh="、".join(name.zh for name in names), en=", ".join(name.en for name in names))


def worst(findings: Iterable[DeskFinding]) -> str:
    """The gravest tier that is open; "" for a clean prescription."""
    tiers = {one.tier for one in findings if one.open}
    return next((tier for tier in TIERS if tier in tiers), "")
