"""How well the audit finds what was planted: findings of the rules against the answer file, kind by kind.

The rules see the lake alone; this file alone sees the answers. What is counted differs by kind and is fixed here,
beside the reason:

- a *visit* where every single visit is the misdeed (care after death, beside a stay, in two places, fabricated ones);
- a *pack* for trace codes sold again: one code is one sale too many;
- a *pair* of prescriptions (patient, physician, day) where only both together are wrong;
- a *card* where one visit alone proves nothing: lent cards, the same medicine from many places. A card is found once
  any of its visits or items is flagged;
- a *reviewer* where only all of a pharmacist's reviews together say something;
- a *ring* where a flagged group holds at least half of a planted ring's persons and they are at least half of it.

Whoever or whatever is flagged and belongs to no misdeed at all is a false alarm, the planted look-alikes included. What
belongs to a misdeed of another kind counts neither way and is shown apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from xinglin.hospital.demo.answers import answers_of
from xinglin.hospital.demo.city.city import City, build
from xinglin.hospital.demo.lake import Rows, lake_rows, write_rows
from xinglin.supervision.facts.lake import Facts
from xinglin.supervision.measures.beforehand.rings import Rings

HALF: Final = 0.5
CITY_DATE: Final = date(2026, 11, 20)
"""The last day of every city that is scored: a score must not change with the calendar."""
Unit = str
Finding = tuple[str, str]
"""A rule's id and the subject that it found something about."""
Auditing = Callable[[Path, Sequence[str]], Iterable[Finding]]
"""Whatever audits a folder of lake tables by some rules and tells the findings."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of misconduct: what plants it, which rule is to find it, what is counted, what is wanted."""

    name: str
    plants: tuple[str, ...]
    rule: str
    unit: str
    precision: float
    recall: float


KINDS: Final = (
    Kind("three_institutions", ("three_institutions",), "H04", "card", 0.95, 0.95),
    Kind("resold_packs", ("resold_packs",), "J01", "pack", 0.95, 0.95),
    Kind("split_prescriptions", ("split_prescriptions",), "I04", "pair", 0.95, 0.95),
    Kind("two_places", ("two_places",), "I03", "visit", 0.95, 0.95),
    Kind("after_death", ("after_death",), "H08", "visit", 0.95, 0.95),
    Kind("while_inpatient", ("while_inpatient",), "H09", "visit", 0.95, 0.95),
    Kind("phantom_visits", ("phantom_visits", "phantom_online_visits"), "I01", "visit", 0.9, 0.8),
    Kind("shared_card", ("shared_card",), "H06", "card", 0.9, 0.8),
    Kind("ring", ("ring",), "J11", "ring", 0.9, 0.8),
    Kind("medicine_first", ("medicine_first",), "B13", "visit", 0.95, 0.95),
    Kind("machine_prescriptions", ("machine_prescriptions",), "B14", "visit", 0.95, 0.95),
    Kind("review_stamps", ("review_stamps",), "J14", "reviewer", 0.9, 0.8),
)
"""Every kind that is scored, with its goals."""
RULES: Final = tuple(kind.rule for kind in KINDS)


@dataclass(slots=True)
class Score:
    """Counts of one kind, to be added up over cities."""

    planted: int = 0
    found: int = 0
    false: int = 0
    other: int = 0
    lookalikes: Counter[str] = field(default_factory=Counter)
    """False alarms among the innocent look-alikes, by their kind."""

    @property
    def precision(self) -> float | None:
        """Of what was flagged and is judged at all, the share that is the misdeed; None where nothing was."""
        flagged = self.found + self.false
        return self.found / flagged if flagged else None

    @property
    def recall(self) -> float | None:
        """Of what was planted, the share that was found; None where nothing was planted."""
        return self.found / self.planted if self.planted else None

    def add(self, more: Score) -> None:
        """Another city's counts."""
        self.planted += more.planted
        self.found += more.found
        self.false += more.false
        self.other += more.other
        self.lookalikes += more.lookalikes

    def meets(self, kind: Kind) -> bool:
        """Both goals are reached."""
        return (self.precision or 0) >= kind.precision and (self.recall or 0) >= kind.recall


# WHAT A SUBJECT IS ABOUT


@dataclass(slots=True)
class Book:
    """From subjects of rules to visits, persons and codes: made from the lake's own rows."""

    visit: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Visit → patient, physician, day."""
    visit_of: dict[str, str] = field(default_factory=dict)
    """Prescription, item or pack → visit."""
    code_of: dict[str, str] = field(default_factory=dict)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def passing(self, rows: Rows) -> Rows:
        """The same rows; the book notes what it needs of them."""
        for table, row in rows:
            self._note(table, row)
            yield table, row

    def _note(self, table: str, row: Facts) -> None:
        if table == "encounters":
            who = str(row["patient.id"]), str(row["physician.id"]), str(row["encounter.on"])
            self.visit[str(row["encounter.id"])] = who
        elif table in ("prescriptions", "items", "packs"):
            group = table[:-1]
            self.visit_of[str(row[f"{group}.id"])] = str(row[f"{group}.encounter_id"])
            if table == "packs":
                self.code_of[str(row["pack.id"])] = str(row["pack.trace_code"])

    def unit(self, kind: Kind, subject: str) -> Unit:
        """The unit of a kind that a subject belongs to."""
        if kind.unit == "pack":
            return self.code_of[subject]
        if kind.unit == "ring":
            return subject
        if kind.unit == "reviewer":
            return subject.split(":")[1]  # the name of the statistic says whose it is
        visit = self.visit_of.get(subject, subject)
        return self.of_visit(kind, visit)

    def of_visit(self, kind: Kind, visit: str) -> Unit:
        """The unit of a kind that a visit belongs to."""
        patient, physician, day = self.visit[visit]
        return {"visit": visit, "card": patient, "pair": f"{patient} {physician} {day}"}[kind.unit]


# SCORING


def score(findings: Iterable[Finding], answers: Mapping[str, Any], book: Book) -> dict[str, Score]:
    """The score of every kind in one city. Findings of rules that stand for no kind are passed over."""
    flagged: dict[str, set[str]] = defaultdict(set)
    for rule, subject in findings:
        flagged[rule].add(subject)
    return {kind.name: _score(kind, flagged[kind.rule], answers["plants"], book) for kind in KINDS}


def _score(kind: Kind, subjects: set[str], plants: Sequence[Mapping[str, Any]], book: Book) -> Score:
    if kind.unit == "ring":
        return _score_rings(subjects, [plant for plant in plants if plant["kind"] in kind.plants], plants, book)
    truth = {unit for plant in plants if plant["kind"] in kind.plants for unit in _units(kind, plant, book)}
    elsewhere = {unit for plant in plants if plant["guilty"] for unit in _touched(kind, plant, book)} - truth
    found = {book.unit(kind, subject) for subject in subjects}
    false = found - truth - elsewhere
    result = Score(len(truth), len(found & truth), len(false), len(found & elsewhere))
    for plant in plants:
        if not plant["guilty"]:
            result.lookalikes[plant["kind"]] += len(false & _touched(kind, plant, book))
    result.lookalikes = +result.lookalikes
    return result


def _units(kind: Kind, plant: Mapping[str, Any], book: Book) -> set[Unit]:
    """What a plant of the kind puts into the truth."""
    if kind.unit == "pack":
        return set(plant["trace_codes"])
    if kind.unit == "card":
        return set(plant["persons"])
    if kind.unit == "reviewer":
        return set(plant["practitioners"])
    return {book.of_visit(kind, visit) for visit in plant["visits"]}


def _touched(kind: Kind, plant: Mapping[str, Any], book: Book) -> set[Unit]:
    """Every unit that a plant of any kind has a part in; a card also where a stranger's misdeed was charged to it."""
    if kind.unit == "pack":
        return set(plant["trace_codes"])
    if kind.unit == "reviewer":
        return set(plant["practitioners"])
    units = {book.of_visit(kind, visit) for visit in plant["visits"]}
    return units | set(plant["persons"]) if kind.unit == "card" else units


def _score_rings(
    groups: set[str], planted: Sequence[Mapping[str, Any]], plants: Sequence[Mapping[str, Any]], book: Book
) -> Score:
    """A group stands for a planted ring when half of each lies in the other."""
    result = Score(planted=len(planted))
    hit: set[str] = set()
    for group in groups:
        members = book.members[group]
        rings = [plant for plant in planted if _same(members, set(plant["persons"]))]
        hit |= {plant["key"] for plant in rings}
        if not rings:
            result.false += 1
            innocent = (p["kind"] for p in plants if not p["guilty"] and _same(members, set(p["persons"])))
            result.lookalikes.update(set(innocent))
    result.found = len(hit)
    return result


def _same(members: frozenset[str], persons: set[str]) -> bool:
    both = len(members & persons)
    return both >= HALF * len(persons) and both >= HALF * len(members) > 0


def score_city(city: City, audit: Auditing, folder: Path) -> dict[str, Score]:
    """Write a city's lake to a folder, audit it, and hold the findings against the answers."""
    book, rings = Book(), Rings()
    write_rows(book.passing(lake_rows(city, rings=rings)), folder)
    book.members = rings.members()
    return score(audit(folder, RULES), answers_of(city), book)


# WHOLE RUNS


def duckdb_audit(folder: Path, rules: Sequence[str]) -> Iterable[Finding]:
    """The findings of some rules over a folder of the lake, with all that is known at the end."""
    from xinglin.supervision.catalogue import find_rule
    from xinglin.supervision.engines.columns.auditor import ColumnAuditor
    from xinglin.supervision.engines.columns.duck import Duck
    from xinglin.supervision.engines.columns.wide import Lake
    from xinglin.supervision.tables.loading import load_knowledge

    engine = Duck()
    try:
        knowledge = load_knowledge()
        auditor = ColumnAuditor(Lake(engine, folder), knowledge, [find_rule(rule) for rule in rules])
        for scope in auditor.scopes():
            for said in auditor.judge(scope).said():
                yield said.core.rule, said.core.subject
    finally:
        engine.close()


def score_seeds(
    seeds: Sequence[int], scale: float, *, say: Callable[[str], None], audit: Auditing = duckdb_audit
) -> dict[str, Score]:
    """The scores of several cities added up. Each city's lake lies in a folder that is gone afterwards."""
    from xinglin.benefits.policy import demo_book
    from xinglin.hospital.demo.pricing import price_list

    total = {kind.name: Score() for kind in KINDS}
    for seed in seeds:
        city = build(seed=seed, scale=scale, city_date=CITY_DATE, prices=price_list(), book=demo_book())
        with TemporaryDirectory() as folder:
            for name, one in score_city(city, audit, Path(folder)).items():
                total[name].add(one)
        say(f"City {seed}: {len(city.encounters)} visits scored.")
    return total
