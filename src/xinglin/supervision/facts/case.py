"""A case: all facts that are known together, and the rows a rule reads from it.

A rule reads one flat row. A row of a prescription carries the encounter's facts too; a row of a line carries both. The
same functions can therefore run over a wide table with one row a subject.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Final

from xinglin.supervision.facts.care import Encounter, Evidence, Stay
from xinglin.supervision.facts.measured import Measure
from xinglin.supervision.facts.medicine import Dispensing, Line, Pack, Prescription, Review
from xinglin.supervision.facts.money import Claim, Item
from xinglin.supervision.facts.network import Practice, Ring
from xinglin.supervision.facts.people import Coverage, Institution, Patient, Physician
from xinglin.supervision.facts.schema import Column, Group, columns, values
from xinglin.supervision.verdicts import Plain, Scope

GROUPS: Final[dict[str, type[Group]]] = {
    "encounter": Encounter,
    "patient": Patient,
    "physician": Physician,
    "institution": Institution,
    "evidence": Evidence,
    "coverage": Coverage,
    "prescription": Prescription,
    "review": Review,
    "dispensing": Dispensing,
    "line": Line,
    "pack": Pack,
    "claim": Claim,
    "item": Item,
    "stay": Stay,
    "practice": Practice,
    "ring": Ring,
    "measure": Measure,
}
"""Every group a rule may name, in the order of the reference."""

ALWAYS: Final = ("encounter", "patient", "physician", "institution", "evidence", "coverage")
READABLE: Final[dict[Scope, tuple[str, ...]]] = {
    Scope.ENCOUNTER: (*ALWAYS, "measure"),
    Scope.PRESCRIPTION: (*ALWAYS, "prescription", "review", "dispensing", "measure"),
    Scope.LINE: (*ALWAYS, "prescription", "review", "dispensing", "line", "measure"),
    Scope.PACK: (*ALWAYS, "prescription", "review", "dispensing", "line", "pack", "measure"),
    Scope.CLAIM: (*ALWAYS, "prescription", "claim", "measure"),
    Scope.ITEM: (*ALWAYS, "claim", "stay", "item", "measure"),
    Scope.STAY: (*ALWAYS, "stay", "measure"),
    Scope.PRACTICE: ("institution", "practice"),
    Scope.RING: ("institution", "ring"),
}
"""Which groups a row of each scope carries."""

EVENT_DAY: Final[dict[Scope, str]] = {
    Scope.ENCOUNTER: "encounter.on",
    Scope.PRESCRIPTION: "prescription.on",
    Scope.LINE: "prescription.on",
    Scope.PACK: "pack.on",
    Scope.CLAIM: "claim.on",
    Scope.ITEM: "item.on",
    Scope.STAY: "stay.on",
    Scope.PRACTICE: "practice.on",
    Scope.RING: "ring.on",
}
"""The day on which a row's law, limits and lists are looked up: the event's day, never today."""

ORIGIN: Final[dict[str, tuple[str, str]]] = {
    "encounter": ("encounter.id", "encounter.on"),
    "patient": ("patient.id", "encounter.on"),
    "physician": ("physician.id", "encounter.on"),
    "institution": ("institution.id", ""),
    "evidence": ("encounter.id", "evidence.issued_on"),
    "coverage": ("patient.id", "encounter.on"),
    "prescription": ("prescription.id", "prescription.on"),
    "review": ("prescription.id", "review.passed_at"),
    "dispensing": ("prescription.id", "dispensing.left_at"),
    "line": ("line.id", "prescription.on"),
    "pack": ("pack.id", "pack.on"),
    "claim": ("claim.id", "claim.on"),
    "item": ("item.id", "item.on"),
    "stay": ("stay.id", "stay.on"),
    "practice": ("practice.id", "practice.on"),
    "ring": ("ring.id", "ring.on"),
}
"""The record that the facts of a group come from, and the time of which they speak."""

AMOUNT: Final[dict[Scope, tuple[str, str]]] = {
    Scope.LINE: ("line.quantity", "line.amount_fen"),
    Scope.PACK: ("", "pack.amount_fen"),
    Scope.ITEM: ("item.quantity_milli", "item.amount_fen"),
}
"""Quantity and amount that are in breach where a rule of this scope measures no excess of its own."""

TERRITORY: Final = "institution.territory_code"


@dataclass(frozen=True, slots=True)
class Case:
    """Facts that belong together: one encounter, at most one prescription with its lines and packs, one claim with its
    items, one stay; and what was measured for each of them when it was judged.

    Leave out what does not exist or is not being judged: a rule runs once for each subject that is there.
    """

    encounter: Encounter = field(default_factory=Encounter)
    patient: Patient = field(default_factory=Patient)
    physician: Physician = field(default_factory=Physician)
    institution: Institution = field(default_factory=Institution)
    evidence: Evidence = field(default_factory=Evidence)
    coverage: Coverage = field(default_factory=Coverage)
    prescription: Prescription = field(default_factory=Prescription)
    review: Review = field(default_factory=Review)
    dispensing: Dispensing = field(default_factory=Dispensing)
    claim: Claim = field(default_factory=Claim)
    stay: Stay = field(default_factory=Stay)
    practice: Practice = field(default_factory=Practice)
    ring: Ring = field(default_factory=Ring)
    lines: tuple[Line, ...] = ()
    packs: tuple[Pack, ...] = ()
    items: tuple[Item, ...] = ()
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """The flat facts of one subject, by path such as ``line.quantity``."""

    scope: Scope
    subject: str
    lines: tuple[str, ...]
    facts: dict[str, Plain]


MANY: Final = {"lines": "line", "packs": "pack", "items": "item", "measures": "measure"}
"""The fields of a case that hold several of a group, and the group."""
SINGLE: Final = tuple(one.name for one in fields(Case) if one.name not in MANY)
"""The fields of a case that hold one group."""


def all_columns() -> list[Column]:
    """Every column of every group."""
    return [column for name, group in GROUPS.items() for column in columns(name, group)]


def flat(case: Case) -> dict[str, Plain]:
    """The facts of a case that are not of one line or pack, by path."""
    found: dict[str, Plain] = {}
    for name in SINGLE:
        found |= values(name, getattr(case, name))
    return found
