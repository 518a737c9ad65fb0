"""The reference engine judges the fast ones: on the same worlds all three say the same, hash for hash."""

from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tests.generative.agreement import Answers, assert_agree, by_columns, by_rows
from tests.generative.pools import rich_knowledge
from tests.generative.worlds import a_world, joined, rounds

from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.compiled import Compiled
from xinglin.supervision.facts.lake import World
from xinglin.supervision.verdicts import Outcome

FIRST, WORLDS = 2026, rounds(1)
"""One world of each specification and history, and some drawn freely; `make test-long` asks many more."""
IN_HINDSIGHT, LONG = 60, 400
ALL_AT_ONCE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@cache
def compiled() -> Compiled:
    return Compiled(rich_knowledge())


@cache
def invented(count: int = WORLDS) -> World:
    return joined(a_world(number) for number in range(FIRST, FIRST + count))


def assert_counted(said: Answers) -> None:
    """Nobody is lost: each subject gets one of four answers, or the rule was not in force and so was not asked."""
    for rule in RULES:
        outcomes = [core.outcome for (of, _), core in said.cores.items() if of == rule.id]
        four = sum(outcomes.count(outcome) for outcome in Outcome)
        assert four + said.not_in_force.get(rule.id, 0) == said.subjects[rule.id]


def assert_three_agree(world: World, *, then: bool) -> Answers:
    """Plain, compiled and DuckDB: the same verdicts, hashes, counts and subjects."""
    reference = by_rows(world, rich_knowledge(), then=then)
    assert_counted(reference)
    assert_agree(reference, by_rows(world, rich_knowledge(), then=then, compiled=compiled()), "the compiled engine")
    columns = by_columns(world, rich_knowledge(), then=then)
    assert_agree(reference, columns, "DuckDB")
    for rule in RULES:
        counts = columns.counts[rule.id]
        assert columns.subjects[rule.id] == reference.subjects[rule.id]
        assert sum(counts.values()) + reference.not_in_force.get(rule.id, 0) == reference.subjects[rule.id]
        for outcome in Outcome:
            said = sum(core.outcome is outcome for (of, _), core in reference.cores.items() if of == rule.id)
            assert counts[outcome] == said, f"{rule.id}: DuckDB counts {counts[outcome]} {outcome}, there are {said}"
    return reference


def test_three_engines_say_the_same_of_what_was_known_then() -> None:
    said = assert_three_agree(invented(), then=True)
    assert len(said.cores) > 100 * WORLDS


def test_three_engines_say_the_same_in_hindsight() -> None:
    assert_three_agree(invented(IN_HINDSIGHT), then=False)


@pytest.mark.long
@pytest.mark.parametrize("then", [True, False])
def test_three_engines_say_the_same_of_many_more(then: bool) -> None:
    said = assert_three_agree(invented(LONG), then=then)
    assert len(said.cores) > 100 * LONG


def test_hindsight_is_another_question() -> None:
    then, now = (by_rows(invented(), rich_knowledge(), then=then, compiled=compiled()) for then in (True, False))
    changed = {rule for (rule, _), core in then.cores.items() if now.cores[rule, _].hash != core.hash}
    assert len(changed) > 10, "worlds in which nothing becomes known later do not try the question"


@pytest.mark.long
@seed(20260520)
@settings(max_examples=8, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=ALL_AT_ONCE)
@given(
    first=st.integers(0, 10**9),
    unknown=st.sampled_from([0.0, 0.03, 0.1, 0.3]),
    planted=st.sampled_from([None, True, False]),
    then=st.booleans(),
)
def test_three_engines_say_the_same_of_thousands_of_worlds(
    first: int, unknown: float, planted: bool | None, then: bool
) -> None:
    numbers = range(first, first + 400)
    assert_three_agree(joined(a_world(n, unknown=unknown, planted=planted) for n in numbers), then=then)
