"""A world that grows row by row, asked in between, holds what a world holds that was filled at once."""

import random

import pytest
from tests.generative.worlds import a_world

from xinglin.supervision.facts.lake import TABLES, Facts, World
from xinglin.supervision.measures import MEASURES

PLACES = sorted({(measure.over, tuple(path for _, path in measure.match)) for measure in MEASURES})


def _asked(world: World) -> dict[object, object]:
    found: dict[object, object] = {name: _in_order(world.wide(name)) for name in TABLES}
    for table, by in PLACES:
        keys = {tuple(row.get(path) for path in by) for row in world.wide(table)}
        for key in keys:
            found[table, by, key] = (
                _in_order([row.whole() for row in world.events(table, by, key)]) if None not in key else []
            )
    return found


def _in_order(rows: list[Facts]) -> list[str]:
    return sorted(str(sorted(row.items())) for row in rows)


@pytest.mark.parametrize("seed", range(40, 60))
def test_row_by_row_is_at_once(seed: int) -> None:
    whole = a_world(seed)
    dice = random.Random(seed)
    rows = [(name, row) for name, table in whole.tables.items() for row in table]
    dice.shuffle(rows)
    growing = World()
    for name, row in rows:
        if dice.random() < 0.3:
            _asked(growing)
        growing.extend(name, (row,))
    assert _asked(growing) == _asked(whole)


def test_a_row_with_a_key_that_is_there_replaces_it() -> None:
    world = World()
    world.add("encounters", {"encounter.id": "E", "patient.id": "P"})
    world.add("items", {"item.id": "I", "item.encounter_id": "E"})
    assert world.wide("items")[0]["patient.id"] == "P"
    world.add("encounters", {"encounter.id": "E", "patient.id": "Q"})
    assert world.wide("items")[0]["patient.id"] == "Q"
    assert [row["item.id"] for row in world.events("items", ("patient.id",), ("Q",))] == ["I"]
    assert list(world.events("items", ("patient.id",), ("P",))) == []
