"""Every published class that a table takes changes what a rule says: before the import one thing, after it another.

The codes are those of the records themselves; none is written down here.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pytest

from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.engines.measuring import Measurer
from xinglin.supervision.engines.plain import judge_row
from xinglin.supervision.facts.case import Row
from xinglin.supervision.facts.lake import World
from xinglin.supervision.facts.words import CareMode, Channel, ItemKind, Scheme, Sex
from xinglin.supervision.tables import Knowledge, load_knowledge
from xinglin.supervision.tables.official import import_published, write_store
from xinglin.supervision.tables.rows import DatedRow
from xinglin.supervision.verdicts import Outcome, Plain, Scope

DATA = os.environ.get("XINGLIN_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="XINGLIN_DATA is not set: the published records are not here")
DAY = date(2026, 7, 15)
NOON = datetime.fromisoformat("2026-07-15T12:00:00+08:00")
GIVEN: dict[str, Plain] = {
    "institution.territory_code": "370902", "institution.level": 1,
    "patient.birth_on": date(1980, 1, 1), "patient.sex": Sex.MALE,
    "encounter.care_mode": CareMode.OUTPATIENT, "encounter.emergency": False, "encounter.channel": Channel.IN_PERSON,
    "encounter.diagnosis_code": "J00", "encounter.diagnosis_2_code": "", "encounter.diagnosis_3_code": "",
    "coverage.scheme": Scheme.EMPLOYEE,
    "item.on": DAY, "item.kind": ItemKind.MEDICINE, "item.fund_asked": True, "item.quantity_milli": 1000,
    "item.amount_fen": 3000, "item.atc_code": "", "item.ingredients": "", "item.evidence_filed": False,
    "item.first_line_tried": False, "item.exception_reason": False, "item.withdrawn": False, "item.add_on": False,
    "item.supply_days": 1, "measure.left_milli": 1000,
    "prescription.on": DAY, "prescription.ended": False, "line.decoction": False, "line.atc_code": "",
    "line.ingredients": "",
}  # fmt: skip
A_SERVICE: dict[str, Plain] = {"item.kind": ItemKind.SERVICE}
A_PIECE: dict[str, Plain] = {"item.kind": ItemKind.DECOCTION, "measure.herbs_total": 1, "measure.herbs_listed": 1}
AN_OPERATION: dict[str, Plain] = {
    "item.kind": ItemKind.OPERATION, "item.session_key": "S", "item.incision_key": "I", "item.full_price_fen": 3000,
    "measure.surgery_rank": 2,
}  # fmt: skip
A_LONG_COURSE: dict[str, Plain] = {"measure.course_days": 400, "measure.encounter_days": 400}


@dataclass(frozen=True)
class Fed:
    """A published class: the rule that it feeds, the list by which the rule asks for it, and what must be so beside."""

    seq: int
    rule: str
    listed: str
    beside: dict[str, Plain] = field(default_factory=dict)
    values: dict[str, object] = field(default_factory=dict)
    before: Outcome = Outcome.NOT_APPLICABLE
    after: Outcome = Outcome.FINDING
    scope: Scope = Scope.ITEM

    def __str__(self) -> str:
        return f"class {self.seq} feeds {self.rule}"


FED = (
    Fed(1, "C01", "item_scheme", values={"scheme": "work_injury"}),
    Fed(2, "C02", "item_scheme", values={"scheme": "maternity"}),
    Fed(3, "C03", "herb_never", A_PIECE, before=Outcome.CLEAR),
    Fed(4, "C04", "herb_not_alone", A_PIECE),
    Fed(5, "C05", "second_line"),
    Fed(7, "C07", "child_payment"),
    Fed(8, "C08", "indication_limited", after=Outcome.CANNOT_TELL),
    Fed(10, "C10", "drug_course", A_LONG_COURSE),
    Fed(12, "C12", "drug_level", values={"first_only": False}),
    Fed(13, "C13", "drug_care_mode", values={"modes": "inpatient"}),
    Fed(15, "E02", "incision_group", AN_OPERATION),
    Fed(27, "E05", "service_frequency", A_SERVICE | {"measure.day_quantity_milli": 99_000_000}),
    Fed(31, "E06", "service_cycle", A_SERVICE | {"measure.days_since_same_code": 1}),
    Fed(47, "C14", "online_excluded", {"encounter.channel": Channel.ONLINE}, before=Outcome.CLEAR),
    Fed(65, "D02", "child_only_product", scope=Scope.LINE),
    Fed(67, "D03", "drug_sex_product", values={"sex": "female"}, scope=Scope.LINE),
    Fed(80, "E09", "service_until_years", A_SERVICE, values={"until_years": 18}),
    Fed(81, "E10", "item_sex", A_SERVICE, values={"sex": "female"}),
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    path, _ = write_store(tmp_path_factory.mktemp("knowledge"), import_published(Path(DATA) / "nhsa", load_knowledge()))
    yield load_knowledge(path)
    load_knowledge.cache_clear()


def a_record(knowledge: Knowledge, table: str, **values: object) -> DatedRow:
    """The first published row with these values that holds on the day."""
    shipped = {row.key for row in load_knowledge().tables[table].rows}
    rows = (row for row in knowledge.tables[table].rows if row.holds(DAY, "370902") and row.key not in shipped)
    return next(row for row in rows if values.items() <= row.values.items())


@pytest.mark.parametrize("fed", FED, ids=str)
def test_a_published_record_changes_the_verdict(fed: Fed, published: Knowledge) -> None:
    lookup = published.lookups[fed.listed]
    record = a_record(published, lookup.table, **fed.values)
    facts = GIVEN | fed.beside | dict(zip(lookup.keys, record.key, strict=True))
    row = Row(fed.scope, "S1", ("S1",), facts)
    before, after = (judge_row(find_rule(fed.rule), row, known) for known in (load_knowledge(), published))
    assert (before.outcome, after.outcome) == (fed.before, fed.after), (before.missing, after.missing)


def test_a_published_pair_changes_the_verdict(published: Knowledge) -> None:
    """Class 25: what a main item includes is measured by the pairs."""
    main, sub = a_record(published, "duplicate_pair", window="day").key
    world = World()
    for ident, code in (("main", main), ("sub", sub)):
        beside = {"patient.id": "P", "institution.id": "H", "item.id": ident, "item.code": code, "item.done_at": NOON}
        world.add("items", GIVEN | A_SERVICE | beside)
    said = []
    for known in (load_knowledge(), published):
        own = next(row for row in world.wide("items") if row["item.id"] == "sub")
        numbers = Measurer(world, known).of(Scope.ITEM, own, frozenset({"duplicate_mains"}))
        facts = {**own, "measure.left_milli": 1000, **{f"measure.{name}": value for name, value in numbers.items()}}
        said.append(judge_row(find_rule("E03"), Row(Scope.ITEM, "sub", ("sub",), facts), known).outcome)
    assert said == [Outcome.CLEAR, Outcome.FINDING]


def test_every_class_that_a_table_takes_is_shown(published: Knowledge) -> None:
    """A class that gets a table gets an example here; 29 shares the table of 80 with one record."""
    imported = import_published(Path(DATA) / "nhsa", load_knowledge())
    assert {one.seq for one in imported.summaries if one.rows} == {fed.seq for fed in FED} | {25, 29}
