"""One order of five medicines against every rule of the reminder, with a year of history around it.

The history is a person's: 24 visits, each with a prescription of three lines, a claim with three items and three packs
that were handed over; two stays; and 40 other visits of the same physician on the same day. The order is new each time,
and so is the history and what is worked out from it: nothing is kept from one order to the next but the compiled
rules. Then the same order is judged once more over the same history, as at the next press of a key. Reading the history
from the database is not counted.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from itertools import pairwise
from statistics import quantiles
from typing import Any, Final

from xinglin.hospital.demo.bench.audit_lake import MEDICINES
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.said import Deferred
from xinglin.supervision.engines.sentences import fill
from xinglin.supervision.facts.case import GROUPS, Case
from xinglin.supervision.facts.lake import TABLES, Facts, World, table_columns
from xinglin.supervision.moments import answers_of, asking_of, measured_case, remind
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Moment, Outcome

TODAY: Final = date(2026, 5, 20)
NOW: Final = datetime(2026, 5, 20, 2, tzinfo=UTC)
VISITS, LINES, COLLEAGUES = 24, 3, 40
SAME: Final[Facts] = {
    "patient.id": "P",
    "patient.birth_on": date(1960, 3, 1),
    "physician.id": "D",
    "institution.id": "I",
    "institution.territory_code": "370902",
}


@dataclass(frozen=True, slots=True)
class Order:
    """What an order took, in milliseconds, over all of them; and where the time of one goes on average.

    `cpu` is the processor's time of the same, which others on the machine do not lengthen as much; `again` is the
    second time over the same history.
    """

    orders: int
    rules: int
    verdicts: int
    told: int
    history: int
    p50_ms: float
    p99_ms: float
    cpu_p50_ms: float
    cpu_p99_ms: float
    again_p50_ms: float
    again_p99_ms: float
    measures_ms: float
    rules_ms: float
    sentences_ms: float


def measured(orders: int = 300) -> Order:
    """Judge so many orders. The first few are thrown away: they compile."""
    knowledge, parts = load_knowledge(), [0.0, 0.0, 0.0]
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # As in the processes of the web.
    taken: list[tuple[float, float, float]] = []
    verdicts = told = size = 0
    for number in range(-5, orders):
        case, history = order(number), world(number)
        marks = [(time.perf_counter(), time.process_time())]
        for _ in range(2):
            judged = remind(case, knowledge=knowledge, judged_at=NOW, history=history)
            marks.append((time.perf_counter(), time.process_time()))
        if number >= 0:
            first, again = (later[0] - earlier[0] for earlier, later in pairwise(marks))
            taken.append((first * 1000, (marks[1][1] - marks[0][1]) * 1000, again * 1000))
            verdicts, size = len(judged.verdicts), sum(len(held) for held in history.tables.values())
            told = sum(one.outcome is not Outcome.CANNOT_TELL for one in judged.verdicts)
            parts = [sum(pair) for pair in zip(parts, _apart(order(number), world(number), knowledge), strict=True)]
    whole, cpu, again_ms = (quantiles(one, n=100, method="inclusive") for one in zip(*taken, strict=True))
    asked = sum(Moment.REMIND in rule.moments for rule in RULES)
    figures = (whole[49], whole[98], cpu[49], cpu[98], again_ms[49], again_ms[98])
    return Order(orders, asked, verdicts, told, size, *figures, *(part / orders * 1000 for part in parts))


def _apart(case: Case, history: World, knowledge: Knowledge) -> list[float]:
    """The processor's seconds for measures, rules and sentences, one after another: what `remind` does in one go."""
    asking, marks = asking_of(knowledge, Moment.REMIND), [time.process_time()]
    case = measured_case(case, asking, NOW, history)
    marks.append(time.process_time())
    _, answers = answers_of(asking, case)
    cores = [
        (asked.rule, Deferred(asked.ready, said, None, outcome))
        for asked, answered in zip(asking.rules, answers, strict=True)
        for said, outcome in answered
    ]
    marks.append(time.process_time())
    for rule, core in cores:
        fill(rule, core, knowledge)
    marks.append(time.process_time())
    return [later - earlier for earlier, later in pairwise(marks)]


def order(number: int) -> Case:
    """A new order of five medicines, with every fact known."""
    visit = _encounter(f"V{number}", TODAY, "P")
    prescription = _facts(("prescription",)) | {"prescription.id": f"R{number}", "prescription.ended": False}
    facts = visit | prescription | {"prescription.encounter_id": f"V{number}"}
    made = {name: _group(name, facts) for name in GROUPS if name in {path.partition(".")[0] for path in facts}}
    lines = [_line(f"L{number}-{place}", place + number, f"R{number}") for place in range(5)]
    items = [_item(f"M{number}-{place}", place + number, f"V{number}", TODAY) for place in range(5)]
    return Case(
        **made,
        lines=tuple(_group("line", one) for one in lines),
        items=tuple(_group("item", one) for one in items),
    )


def world(number: int) -> World:
    """The year behind an order."""
    found = World()
    for visit in range(VISITS):
        name, day = f"H{number}-{visit}", TODAY - timedelta(days=14 * (visit + 1))
        _visited(found, name, day, visit)
    for visit in range(COLLEAGUES):
        found.extend("encounters", [_encounter(f"C{number}-{visit}", TODAY, f"Q{visit}", minute=visit * 11)])
    for stay, ago in (("S1", 60), ("S2", 200)):
        day = TODAY - timedelta(days=ago)
        own = _facts(TABLES["stays"].groups) | {"stay.id": stay, "stay.on": day, "stay.encounter_id": f"H{number}-1"}
        found.extend("stays", [own | SAME])
    return found


def _visited(found: World, name: str, day: date, visit: int) -> None:
    found.extend("encounters", [_encounter(name, day, "P")])
    prescription = _facts(("prescription", "review", "dispensing", "record")) | {
        "prescription.id": f"{name}-R",
        "prescription.encounter_id": name,
        "prescription.on": day,
        "prescription.ended": False,
    }
    found.extend("prescriptions", [prescription])
    claim: Facts = {"claim.id": f"{name}-C", "claim.encounter_id": name, "claim.on": day}
    found.extend("claims", [_facts(("claim", "record")) | claim])
    for line in range(LINES):
        own = f"{name}-{line}"
        found.extend("lines", [_line(own, visit + line, f"{name}-R")])
        found.extend("items", [_item(f"{own}-I", visit + line, name, day) | {"item.claim_id": f"{name}-C"}])
        pack: Facts = {"pack.id": f"{own}-K", "pack.line_id": own, "pack.on": day, "pack.trace_code": f"{own}-T"}
        found.extend("packs", [_facts(("pack", "record")) | pack])


def _encounter(name: str, day: date, person: str, minute: int = 0) -> Facts:
    started = datetime(day.year, day.month, day.day, 1, tzinfo=UTC) + timedelta(minutes=minute)
    own: Facts = {
        "encounter.id": name,
        "encounter.on": day,
        "encounter.started_at": started,
        "encounter.ended_at": started + timedelta(minutes=8),
        "encounter.diagnosis_code": "I10",
        "encounter.diagnosis_2_code": "E78.5",
        "encounter.diagnosis_3_code": "",
    }
    return _facts(TABLES["encounters"].groups) | SAME | own | {"patient.id": person}


def _line(name: str, medicine: int, prescription: str) -> Facts:
    atc, zh, en, substances, *_ = MEDICINES[medicine % 6]
    own: Facts = {
        "line.id": name,
        "line.prescription_id": prescription,
        "line.atc_code": atc,
        "line.drug_code": f"XL-{atc}-001",
        "line.drug_zh": zh,
        "line.drug_en": en,
        "line.ingredients": substances,
        "line.frequency_code": "qd",
        "line.route_code": "po",
        "line.days": 7,
        "line.pack_content": 7,
    }
    return _facts(("line",)) | own


def _item(name: str, medicine: int, visit: str, day: date) -> Facts:
    atc, _, _, substances, *_ = MEDICINES[medicine % 6]
    own: Facts = {
        "item.id": name,
        "item.encounter_id": visit,
        "item.on": day,
        "item.code": f"XL-{atc}-001",
        "item.ingredients": substances,
        "item.quantity_milli": 1000,
    }
    return _facts(("item", "record")) | own


def _facts(groups: Iterable[str]) -> Facts:
    """Every fact of these groups with something known."""
    return dict(_known(frozenset(groups)))


@cache
def _known(groups: frozenset[str]) -> tuple[tuple[str, Any], ...]:
    columns = {column.path: column.type for name in TABLES for column in table_columns(name)}
    usual: dict[type, Any] = {int: 1, bool: False, str: "", date: TODAY, datetime: NOW}
    return tuple(
        (path, next(iter(kind)) if issubclass(kind, Enum) else usual[kind])
        for path, kind in columns.items()
        if path.partition(".")[0] in groups and not path.endswith("_id")
    )


def _group(name: str, facts: Facts) -> Any:
    own = {path.partition(".")[2]: value for path, value in facts.items() if path.partition(".")[0] == name}
    return GROUPS[name](**own)
