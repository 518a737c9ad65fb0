"""Facts refuse what no column can hold, and survive being written down."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from xinglin.supervision.engines.measuring import Measurer
from xinglin.supervision.facts import Case, Channel, Claim, Encounter, Line, Pack, Prescription, WrongFact
from xinglin.supervision.facts.case import all_columns
from xinglin.supervision.facts.codec import decode_case, decode_group, encode_case
from xinglin.supervision.facts.lake import world_of
from xinglin.supervision.facts.schema import Group, column_types, fact
from xinglin.supervision.moments import rows
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Scope


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: Claim(total_fen=True), "whole number"),
        (lambda: Claim(total_fen=1.5), "must be int"),  # type: ignore[arg-type]
        (lambda: Encounter(on=datetime(2026, 5, 20, tzinfo=UTC)), "day_of"),
        (lambda: Encounter(started_at=datetime(2026, 5, 20)), "time zone"),  # noqa: DTZ001
        (lambda: Encounter(channel="online"), "must be Channel"),  # type: ignore[arg-type]
        (lambda: Encounter(on="2026-05-20"), "must be date"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_value_is_refused_by_name(made: Any, says: str) -> None:
    with pytest.raises(WrongFact, match=says):
        made()


def test_a_column_of_another_type_cannot_be_declared() -> None:
    @dataclass(frozen=True, slots=True)
    class Rates(Group):
        rate: float | None = fact("比率", "a rate")

    @dataclass(frozen=True, slots=True)
    class Certain(Group):
        count: int = fact("计数", "a count that could not be unknown")

    for group in (Rates, Certain):
        with pytest.raises(WrongFact, match="one of int, bool, str"):
            column_types(group)


def test_every_column_has_a_name_in_both_languages_and_none_is_a_float() -> None:
    columns = all_columns()
    assert len({column.path for column in columns}) == len(columns)
    assert all(column.name_zh and column.meaning and column.words.en for column in columns)
    assert not [column for column in columns if issubclass(column.type, float)]


def test_amounts_are_in_fen_and_days_end_in_on() -> None:
    for column in all_columns():
        assert column.path.endswith("_fen") == (column.unit == "fen"), column
        if column.type is date:
            assert column.path.endswith("on"), column
        if column.type is datetime:
            assert column.path.endswith("_at"), column


def test_a_case_survives_being_written_down() -> None:
    case = Case(
        encounter=Encounter(
            id="V", on=date(2026, 5, 20), started_at=datetime(2026, 5, 20, 2, tzinfo=UTC), channel=Channel.ONLINE
        ),
        lines=(Line(id="L1", quantity=2, solvent=False), Line(id="L2")),
        packs=(Pack(id="P1", trace_code=""),),
    )
    assert decode_case(encode_case(case)) == case
    assert decode_case([]) == Case()


def test_a_fact_that_a_group_does_not_have_is_refused() -> None:
    with pytest.raises(WrongFact, match="no fact colour"):
        decode_group("line", {"colour": "red"})


def distinct_drugs(*lines: Line) -> int | None:
    numbered = tuple(replace(line, id=f"L{number}") for number, line in enumerate(lines))
    world = world_of(Case(prescription=Prescription(id="P"), lines=numbered))
    (facts,) = world.wide("prescriptions")
    return Measurer(world, load_knowledge(), history=False).of(Scope.PRESCRIPTION, facts)["distinct_drugs"]


def test_distinct_drugs() -> None:
    assert distinct_drugs() == 0
    tablet = Line(drug_code="A", decoction=False, solvent=False)
    assert distinct_drugs(tablet, tablet) == 1
    assert distinct_drugs(tablet, Line(solvent=True), Line(decoction=True)) == 1
    assert distinct_drugs(tablet, Line(drug_code="B", decoction=False)) is None
    assert distinct_drugs(Line(drug_code="B", solvent=False)) is None


def test_rows_exist_for_subjects_with_an_id_only() -> None:
    case = Case(
        lines=(Line(id="L1", quantity=3), Line()),
        packs=(Pack(id="P1", line_id="L1"), Pack(id="P2", line_id="L9"), Pack(id="P3"), Pack()),
    )
    found = {scope: [row.subject for row in rows(case, scope)] for scope in Scope}
    assert found == {
        Scope.ENCOUNTER: [],
        Scope.PRESCRIPTION: [],
        Scope.LINE: ["L1"],
        Scope.PACK: ["P1", "P2", "P3"],
        Scope.CLAIM: [],
        Scope.ITEM: [],
        Scope.STAY: [],
        Scope.PRACTICE: [],
        Scope.RING: [],
    }
    packs = {row.subject: row for row in rows(case, Scope.PACK)}
    assert (packs["P1"].facts["line.quantity"], packs["P1"].lines) == (3, ("L1",))
    assert (packs["P2"].facts["line.id"], packs["P2"].facts["line.quantity"]) == ("L9", None)
    assert (packs["P3"].facts["line.id"], packs["P3"].lines) == (None, ())
