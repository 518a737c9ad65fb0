"""Some engines broken on purpose; `make mutate-engine` breaks them all."""

import pytest
from tests.generative.mutations import MUTATIONS, Mutation, caught
from tests.generative.worlds import rounds

QUICK = {
    "reference": (
        "and reads as or",
        "or takes unknown for false",
        "> reads as >=",
        "divide_up one too many",
        "the day ends at midnight in UTC",
        "birthdays forgotten",
    ),
    "compiled": ("what was known later is known", "distinct counts all", "supplies do not wait for one another"),
    "DuckDB": ("the day ends at midnight in UTC", "limits know no places", "what was known later is known"),
    "shared": ("the whole country before the place", "rows end a day early", "the shortest beginning of a code wins"),
}
WORLDS = rounds(1)
"""One of each specification and history."""
CHOSEN = [one for one in MUTATIONS if one.name in QUICK[one.engine]]


def test_there_are_enough_ways_to_be_wrong() -> None:
    assert len(MUTATIONS) >= 60
    assert len(CHOSEN) == sum(len(names) for names in QUICK.values())


@pytest.mark.parametrize("mutation", CHOSEN, ids=lambda one: f"{one.engine}: {one.name}")
def test_a_broken_engine_is_noticed(mutation: Mutation) -> None:
    assert caught(mutation, WORLDS)
