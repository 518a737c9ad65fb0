"""A test of the tests: the invented worlds reach every outcome, word, measure, limit and list.

Whoever adds a rule or a measure teaches the generator: here it says what it does not reach yet.
"""

from collections import defaultdict
from functools import cache
from typing import Any

from tests.generative.agreement import Answers, by_rows
from tests.generative.pools import rich_knowledge, specifications
from tests.generative.worlds import a_world, joined, rounds

from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines import plain
from xinglin.supervision.engines.columns import expressions
from xinglin.supervision.engines.compiled import Compiled
from xinglin.supervision.engines.measuring import Measurer, event_groups
from xinglin.supervision.engines.tree import measure_tree, rule_tree
from xinglin.supervision.facts.lake import OF_SCOPE, TABLES, World
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.verdicts import Outcome, Scope

ROUNDS = rounds(4)
"""Four worlds of every specification and history, and more than a hundred drawn freely."""
BY_THE_ENGINE = {"months_after"}
"""Words that each engine under the columns says in its own way."""
STRUCTURE = {"fact", "literal", "limit", "listed"}


@cache
def world() -> World:
    return joined(a_world(number) for number in range(1, ROUNDS + 1))


@cache
def engine() -> Compiled:
    return Compiled(rich_knowledge())


@cache
def said() -> Answers:
    return by_rows(world(), rich_knowledge(), then=True, compiled=engine())


def test_no_world_holds_a_key_twice() -> None:
    """Each of these worlds is refused by the generator itself otherwise. Of the first thousands one was, once."""
    made = [a_world(number) for number in (*range(1, ROUNDS), 1073)]
    for name, table in TABLES.items():
        keys = [(number, row[table.key]) for number, one in enumerate(made) for row in one.tables.get(name, ())]
        known = [key for key in keys if key[1] is not None]
        assert len(known) == len(set(known)), name


def test_every_outcome_that_a_specification_shows() -> None:
    shown = {(spec.rule, example.outcome) for spec in specifications().values() for example in spec.examples}
    reached = {(rule, core.outcome.value) for (rule, _), core in said().cores.items()}
    assert sorted(shown - reached) == []
    decided = {Outcome.CLEAR.value, Outcome.FINDING.value, Outcome.CANNOT_TELL.value}
    assert {(rule.id, outcome) for rule in RULES for outcome in decided} <= shown, "each rule shows these three"


def test_every_measure_with_events_and_without() -> None:
    numbers: dict[str, set[int | None]] = defaultdict(set)
    measurer = Measurer(world(), engine())
    for scope in Scope:
        for facts in world().wide(OF_SCOPE[scope].name):
            for name, value in measurer.of(scope, facts).items():
                numbers[f"{scope.value}.{name}"].add(value)
    empty = {f"{one.scope.value}.{one.name}": getattr(one, "empty", 0) for one in MEASURES}
    assert [name for name, nothing in empty.items() if nothing not in numbers[name]] == []
    assert [name for name, nothing in empty.items() if not numbers[name] - {nothing, None}] == []


def test_every_word_of_both_readings() -> None:
    used: set[str] = set()
    for rule in RULES:
        used |= {one.op for at in rule_tree(rule, rich_knowledge()).nodes for one in at.walk()}
    for measure in MEASURES:
        tree = measure_tree(measure, rich_knowledge(), event_groups(measure))
        used |= {one.op for at in tree.nodes for one in at.walk()}
    operators = {"and", "or", "not", *plain.COMPARE, *plain.CALCULATE}
    assert plain.WORDS.keys() | operators == expressions.WORDS.keys() | BY_THE_ENGINE
    assert used - STRUCTURE == expressions.WORDS.keys() | BY_THE_ENGINE


def test_every_limit_and_list_with_an_answer() -> None:
    said()
    answers: dict[str, set[Any]] = defaultdict(set)
    for name, value in engine().tables.given():
        answers[name].add(value)
    knowledge = rich_knowledge()
    assert [name for name in knowledge.limits if not answers[name] - {None}] == []
    assert [name for name, one in knowledge.lookups.items() if not answers[name] - {None, one.unlisted}] == []
    assert [name for name, one in knowledge.lookups.items() if one.unlisted not in answers[name]] == []
