"""The records as published, where they lie on this machine: XINGLIN_DATA names the folder that holds nhsa/."""

import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.engines.plain import judge_row
from xinglin.supervision.facts.case import Row
from xinglin.supervision.facts.words import CareMode, ItemKind
from xinglin.supervision.tables import Knowledge, Table, load_knowledge
from xinglin.supervision.tables.official import Imported, import_published, totals, write_store
from xinglin.supervision.verdicts import Core, Outcome, Plain, Scope

DATA = os.environ.get("XINGLIN_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="XINGLIN_DATA is not set: the published records are not here")
DAY = date(2026, 7, 15)
ITEM: dict[str, Plain] = {
    "institution.territory_code": "370902",
    "item.on": DAY,
    "item.fund_asked": True,
    "item.quantity_milli": 1000,
    "item.amount_fen": 3000,
    "item.atc_code": "",
    "item.ingredients": "",
    "item.evidence_filed": False,
    "item.exception_reason": False,
    "item.withdrawn": False,
    "measure.left_milli": 1000,
}


@pytest.fixture(scope="module")
def imported() -> Imported:
    return import_published(Path(DATA) / "nhsa", load_knowledge())


@pytest.fixture(scope="module")
def knowledge(imported: Imported, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    path, _ = write_store(tmp_path_factory.mktemp("knowledge"), imported)
    yield load_knowledge(path)
    load_knowledge.cache_clear()


def code_with(knowledge: Knowledge, table: str, **values: object) -> tuple[str, ...]:
    """The first published key with these values on the day; no published code is written down here."""
    rows = knowledge.tables[table].rows
    return next(
        row.key for row in rows if row.holds(DAY, "") and row.basis.read and values.items() <= row.values.items()
    )


def judged(rule: str, knowledge: Knowledge, **facts: Plain) -> Core:
    given = {**ITEM, **{name.replace("__", "."): value for name, value in facts.items()}}
    return judge_row(find_rule(rule), Row(Scope.ITEM, "I1", ("I1",), given), knowledge)


def test_everything_that_was_published_is_counted(imported: Imported) -> None:
    count = totals(imported)
    assert (count["classes"], count["records"], count["pairs"]) == (88, 3899, 900)
    assert count["records"] == count["superseded"] + count["usable"] + count["partly"] + count["unusable"]
    assert (count["superseded"], count["dropped"]) == (397, 1)
    # The sheet ends with an empty row: counted with it the distinct main items are 158, of which one is no item.
    assert count["mains"] == 157
    assert dict(imported.windows) == {"day": 446, "encounter": 429, "hours6": 18, "hour": 7}
    records = {one.seq: one.records for one in imported.summaries if one.records}
    assert (records[67], records[12], records[10], records[15], records[8]) == (640, 123, 59, 378, 510)


def test_what_is_not_used_is_known_to_the_last_record(imported: Imported) -> None:
    reasons = {one.seq: dict(one.reasons) for one in imported.summaries if one.unusable}
    assert reasons == {
        5: {"text_denies": 2},
        10: {"span_not_days": 1},
        15: {"ambiguous": 18},
        23: {"no_table": 11},
        31: {"days_unclear": 4},
        81: {"note": 1},
    }


def test_groups_of_operations_and_modes_are_as_published(imported: Imported, knowledge: Knowledge) -> None:
    classes = {one.seq: one for one in imported.summaries}
    assert (classes[25].rows, classes[67].rows, classes[81].rows) == (900, 6574, 390)
    assert {row.values["group"] for row in knowledge.tables["incision_group"].rows} == {
        "hepatobiliary",
        "gastrointestinal",
        "urinary",
        "female_genital",
        "anorectal",
        "transabdominal_rectal",
        "male_genital",
    }
    assert {row.values["days"] for row in knowledge.tables["drug_course"].rows} == {3, 10, 14, 20, 21}
    assert {row.values["days"] for row in knowledge.tables["service_cycle"].rows} == {7, 14}
    assert len({row.key[0] for row in knowledge.tables["duplicate_pair"].rows}) == 157


def test_import_and_loading_take_seconds(tmp_path: Path) -> None:
    begun = time.perf_counter()
    path, _ = write_store(tmp_path, import_published(Path(DATA) / "nhsa", load_knowledge()))
    assert len(load_knowledge(path).digest) == 64
    assert time.perf_counter() - begun < 20


# RULES ON REAL CODES


@pytest.mark.parametrize(("level", "outcome"), [(1, Outcome.FINDING), (2, Outcome.CLEAR), (3, Outcome.CLEAR)])
def test_c12_level_of_the_institution(knowledge: Knowledge, level: int, outcome: Outcome) -> None:
    (code,) = code_with(knowledge, "drug_level", level=2, first_only=False)
    facts: dict[str, Plain] = {"item__kind": ItemKind.MEDICINE, "item__code": code, "institution__level": level}
    assert judged("C12", knowledge, measure__earlier_same_code=0, **facts).outcome is outcome
    assert judged("C12", load_knowledge(), **facts).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        (CareMode.OUTPATIENT, Outcome.FINDING),
        (CareMode.EMERGENCY, Outcome.CLEAR),
        (CareMode.INPATIENT, Outcome.CLEAR),
    ],
)
def test_c13_emergency_counts_by_the_text(knowledge: Knowledge, mode: CareMode, outcome: Outcome) -> None:
    (code,) = code_with(knowledge, "drug_care_mode", modes="emergency inpatient")
    facts: dict[str, Plain] = {"item__kind": ItemKind.MEDICINE, "item__code": code, "encounter__care_mode": mode}
    assert judged("C13", knowledge, encounter__emergency=False, **facts).outcome is outcome


def test_c03_a_piece_that_is_never_paid(knowledge: Knowledge) -> None:
    (code,) = code_with(knowledge, "herb_never", listed=True)
    assert judged("C03", knowledge, item__kind=ItemKind.DECOCTION, item__code=code).outcome is Outcome.FINDING


def test_e03_a_published_pair(knowledge: Knowledge) -> None:
    main, sub = code_with(knowledge, "duplicate_pair", window="day")
    assert knowledge.look_up("duplicate_pair_of_sub", (main, sub), DAY, "370902") == "day"
    assert knowledge.look_up("duplicate_pair_of_sub", (sub, main), DAY, "370902") == ""
    facts: dict[str, Plain] = {"item__kind": ItemKind.SERVICE, "item__code": sub}
    assert judged("E03", knowledge, measure__duplicate_mains=1, **facts).outcome is Outcome.FINDING
    assert judged("E03", knowledge, measure__duplicate_mains=0, **facts).outcome is Outcome.CLEAR


def test_e05_more_than_a_day_holds(knowledge: Knowledge) -> None:
    (code,) = code_with(knowledge, "service_frequency", max_milli=24_000)
    facts: dict[str, Plain] = {
        "item__kind": ItemKind.SERVICE,
        "item__code": code,
        "item__quantity_milli": 26_000,
        "measure__left_milli": 26_000,
    }
    over = judged("E05", knowledge, measure__day_quantity_milli=26_000, **facts)
    assert (over.outcome, over.excess.count) == (Outcome.FINDING, 2_000)
    assert judged("E05", knowledge, measure__day_quantity_milli=24_000, **facts).outcome is Outcome.CLEAR


def test_the_tables_stay_quick(knowledge: Knowledge) -> None:
    """Thousands of keys and lookups: neither grows with the square of the rows."""
    table = knowledge.tables["drug_sex"]
    begun = time.perf_counter()
    again = Table(table.name, table.meaning, table.rows, table.by_beginning)
    for row in table.rows:
        assert again.row(row.key, DAY, "370902") is not None
    assert time.perf_counter() - begun < 5
