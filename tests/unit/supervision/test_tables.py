"""Dated rows: the narrowest place and the longest code win, and a wrong table is refused whole."""

import tomllib
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from xinglin.supervision.tables import BadTable, Basis, DatedRow, Knowledge, Table, frequencies, load_knowledge
from xinglin.supervision.tables.loading import read_knowledge
from xinglin.supervision.verdicts import Words

BASIS = Basis(Words("示例", "example"), Words("一", "one"), read=False)
TODAY = date(2026, 5, 20)


def a_row(key: str, value: int, **where: Any) -> DatedRow:
    return DatedRow((key,), {"value": value}, BASIS, where.pop("since", date(2020, 1, 1)), **where)


def a_table(*rows: DatedRow, by_beginning: bool = False) -> Table:
    return Table("t", Words("表", "table"), rows, (by_beginning,))


def value(table: Table, key: str, on: date = TODAY, territory: str = "370902") -> object:
    row = table.row((key,), on, territory)
    return None if row is None else row.values["value"]


def test_the_narrowest_place_wins() -> None:
    table = a_table(a_row("x", 1), a_row("x", 2, territory="37"), a_row("x", 3, territory="3709"))
    assert value(table, "x") == 3
    assert value(table, "x", territory="370102") == 2
    assert value(table, "x", territory="110101") == 1
    assert value(table, "y") is None


def test_a_row_holds_from_its_first_to_its_last_day() -> None:
    table = a_table(
        a_row("x", 1, since=date(2020, 1, 1), until=date(2024, 12, 31)), a_row("x", 2, since=date(2025, 1, 1))
    )
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2024, 12, 31), date(2025, 1, 1)]
    assert [value(table, "x", on=day) for day in days] == [None, 1, 1, 2]


def test_the_longest_beginning_wins() -> None:
    table = a_table(a_row("E", 1), a_row("E11", 2), by_beginning=True)
    assert [value(table, code) for code in ("E11.9", "E10", "I10", "")] == [2, 1, None, None]


def test_overlapping_and_backward_rows_are_refused() -> None:
    with pytest.raises(BadTable, match="two rows for the whole country"):
        a_table(a_row("x", 1), a_row("x", 2, since=date(2025, 1, 1)))
    with pytest.raises(BadTable, match="two rows for 37"):
        a_table(a_row("x", 2, since=date(2025, 1, 1), territory="37"), a_row("x", 1, territory="37"))
    with pytest.raises(BadTable, match="is before since"):
        a_table(a_row("x", 1, until=date(2019, 1, 1)))


def test_local_knowledge_is_another_value_with_another_digest() -> None:
    plain = load_knowledge()
    local = plain.with_limit("supply_days_ordinary", 14, BASIS, since=date(2026, 1, 1), territory="3709")
    assert local.limit("supply_days_ordinary", TODAY, "370902") == 14
    assert plain.limit("supply_days_ordinary", TODAY, "370902") == 7
    assert plain.limit("supply_days_ordinary", date(1999, 1, 1), "370902") is None
    listed = DatedRow(("C08CA01",), {"control": "high_risk"}, BASIS, date(2026, 1, 1))
    grown = plain.with_row("special_control", listed)
    assert grown.look_up("special_control", ("C08CA01",), TODAY, "") == "high_risk"
    assert plain.look_up("special_control", ("C08CA01",), TODAY, "") == "none"
    assert len({plain.digest, local.digest, grown.digest}) == 3
    assert load_knowledge().digest == plain.digest


def test_everything_has_words() -> None:
    knowledge = load_knowledge()
    assert knowledge.words_of("line.dose").zh == "单次剂量"
    assert knowledge.words_of("limits.supply_days_long").en == "days of a long-term prescription as a rule"
    assert knowledge.words_of("lists.frequency_days").zh == "用药频次"


def test_frequencies() -> None:
    codes = frequencies()
    assert len(codes) == 27
    assert (codes["biw"].times, codes["biw"].days, codes["biw"].counted) == (2, 7, True)
    assert (codes["q5h"].times, codes["q5h"].days) == (24, 5)
    assert not codes["prn"].counted
    assert not codes["st"].counted


# WRONG FILES


def documents() -> dict[str, dict[str, Any]]:
    folder = files("xinglin.supervision.tables") / "data"
    return {entry.name: tomllib.loads(entry.read_text("utf-8")) for entry in folder.iterdir() if ".toml" in entry.name}


def test_the_files_that_come_with_the_package_are_right() -> None:
    assert read_knowledge(dict(sorted(documents().items()))).digest == load_knowledge().digest


def _unknown_table(found: dict[str, Any]) -> Knowledge:
    knowledge = read_knowledge(found)
    return Knowledge(knowledge.limits, {}, knowledge.lookups)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda d: d["limits.toml"]["limit"][0].pop("meaning_en"), "meaning_en is missing"),
        (lambda d: d["limits.toml"]["limit"][0].update(reading="yes"), "`read` or `from memory`"),
        (lambda d: d["limits.toml"]["limit"][0]["row"].append({"since": date(2030, 1, 1), "value": True}), "one type"),
        (lambda d: d["frequency.toml"]["row"][0].update(times="two"), "times must be int"),
        (lambda d: d["frequency.toml"]["row"][0].update(since="2020"), "are days"),
        (lambda d: d["frequency.toml"]["row"][0].update(until="2020"), "are days"),
        (lambda d: d["frequency.toml"]["lookup"][0].update(keys=["line.colour"]), "not a fact that holds a code"),
        (lambda d: d["frequency.toml"]["lookup"][0].update(keys=["line.dose"]), "not a fact that holds a code"),
        (lambda d: d["frequency.toml"]["row"].append(d["frequency.toml"]["row"][0]), "two rows"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(spoil: Callable[[dict[str, Any]], object], says: str) -> None:
    found = deepcopy(documents())
    spoil(found)
    with pytest.raises(BadTable, match=says):
        read_knowledge(found)


def test_a_lookup_into_a_table_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadTable, match="which is not there"):
        _unknown_table(documents())
