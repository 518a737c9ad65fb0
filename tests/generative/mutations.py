"""Engines broken on purpose. Whoever runs this file breaks them one after another and expects a cry each time.

Each mutation is applied in memory. A broken reference is held against the compiled engine; a broken compiled engine or
translation against the reference. Only rules that use what was broken are judged, in worlds made for the comparison.
What all engines share is held against the specifications: there every answer was written down by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from time import perf_counter
from typing import Any
from unittest.mock import patch

import duckdb
import ibis
from tests.generative.agreement import Answers, by_columns, by_rows, complaint, differing
from tests.generative.broken import COMPILED, REFERENCE, SHARED, TRANSLATION, Patch
from tests.generative.pools import rich_knowledge, specifications
from tests.generative.worlds import a_world, joined, rounds

from xinglin.supervision.catalogue import RULES, find_rule
from xinglin.supervision.engines.compiled import Compiled
from xinglin.supervision.engines.measuring import event_groups
from xinglin.supervision.engines.plain import judge_row
from xinglin.supervision.engines.tree import Node, measure_tree, rule_tree
from xinglin.supervision.facts.case import Row
from xinglin.supervision.facts.lake import World
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.moments import rows, with_measures
from xinglin.supervision.reports.specification import Example, case_of, knowledge_of
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.vocabulary.papers import Rule

MANY = rounds(2)
"""Worlds: two of each specification and history, and some drawn freely."""
RULES_A_MUTATION = 6
JUDGED_AT = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Mutation:
    """One way to be wrong."""

    engine: str
    name: str
    touches: str
    """An operation, or `measure:` and a measure's name, or `rule:` and a rule's id: what must be judged to notice."""
    patches: tuple[Patch, ...]


MUTATIONS: tuple[Mutation, ...] = tuple(
    Mutation(engine, name, touches, patches)
    for engine, found in (
        ("reference", REFERENCE),
        ("compiled", COMPILED),
        ("DuckDB", TRANSLATION),
        ("shared", SHARED),
    )
    for name, (touches, *patches) in found.items()
)


@contextmanager
def broken(mutation: Mutation) -> Iterator[None]:
    """The engine with the mutation in it, until the block ends."""
    with ExitStack() as stack:
        for target, name, wrong in mutation.patches:
            if isinstance(target, dict):
                stack.enter_context(patch.dict(target, {name: wrong}))
            else:
                stack.enter_context(patch.object(target, name, wrong))
        yield


@cache
def worlds(count: int = MANY) -> World:
    """The worlds in which the engines are compared."""
    return joined(a_world(number) for number in range(3001, 3001 + count))


@cache
def _operations(rule: Rule) -> frozenset[str]:
    """What a rule uses: its operations, its measures and theirs."""
    tree = rule_tree(rule, rich_knowledge())
    found = {f"rule:{rule.id}"} | _uses(tree.nodes)
    for measure in MEASURES:
        if measure.scope is rule.scope and f"measure.{measure.name}" in tree.read:
            found |= {f"measure:{measure.name}"}
            found |= _uses(measure_tree(measure, rich_knowledge(), event_groups(measure)).nodes)
    return frozenset(found)


def _uses(nodes: Sequence[Node]) -> set[str]:
    return {one.op for at in nodes for one in at.walk()}


def rules_touched(touches: str) -> tuple[Rule, ...]:
    """Some rules that use it, those with the fewest operations first."""
    found = [rule for rule in RULES if touches in _operations(rule)]
    assert found, f"no rule uses {touches}"
    return tuple(sorted(found, key=lambda rule: (len(_operations(rule)), rule.id))[:RULES_A_MUTATION])


@cache
def _right(rules: tuple[Rule, ...], count: int, *, compiled: bool) -> Answers:
    engine = Compiled(rich_knowledge()) if compiled else None
    return by_rows(worlds(count), rich_knowledge(), then=True, compiled=engine, rules=rules)


def caught(mutation: Mutation, count: int = MANY) -> str:
    """What the comparison says of the broken engine; empty where it notices nothing."""
    if mutation.engine == "shared":
        return unlike_the_specifications(mutation)
    rules = rules_touched(mutation.touches)
    right = _right(rules, count, compiled=mutation.engine == "reference")
    with broken(mutation):
        try:
            wrong = JUDGED[mutation.engine](worlds(count), rules)
        except (AssertionError, LookupError, TypeError, ValueError, ibis.IbisError, duckdb.Error) as error:
            return f"it fails: {type(error).__name__}"
    places = differing(right, wrong)
    if not places and set(right.cores) == set(wrong.cores):
        return ""
    return complaint(right, wrong, places, mutation.engine).splitlines()[0]


@cache
def written_down() -> tuple[tuple[Rule, Knowledge, Row, Example], ...]:
    """Every example of every specification as a row with its measures, and the tables that hold there."""
    found = []
    for specification in specifications().values():
        rule, knowledge = find_rule(specification.rule), knowledge_of(specification, load_knowledge())
        for example in specification.examples:
            case = with_measures(case_of(specification, example, rule.scope), knowledge, JUDGED_AT, None, [rule])
            (row,) = rows(case, rule.scope)
            found.append((rule, knowledge, row, example))
    return tuple(found)


def unlike_the_specifications(mutation: Mutation) -> str:
    """The first example whose answer is no longer what was written down; empty where all still are."""
    examples = written_down()
    with broken(mutation):
        for rule, knowledge, row, example in examples:
            core = judge_row(rule, row, knowledge)
            if (core.outcome.value, core.excess.as_json()) != (example.outcome, example.excess):
                return f"{rule.id}, {example.words.en}: {core.outcome.value}"
    return ""


JUDGED: dict[str, Callable[[World, Sequence[Rule]], Answers]] = {
    "reference": lambda world, rules: by_rows(world, rich_knowledge(), then=True, rules=rules),
    "compiled": lambda world, rules: by_rows(
        world, rich_knowledge(), then=True, compiled=Compiled(rich_knowledge()), rules=rules
    ),
    "DuckDB": lambda world, rules: by_columns(world, rich_knowledge(), then=True, rules=rules),
}


def main(say: Callable[[str], Any] = print) -> int:
    """Break everything once. Returns how many mutations nobody noticed."""
    say(f"{'engine':<10} {'mutation':<52} {'noticed':<8} seconds")
    survivors = 0
    for mutation in MUTATIONS:
        begun = perf_counter()
        said = caught(mutation)
        survivors += not said
        noticed = "yes" if said else "NO"
        say(f"{mutation.engine:<10} {mutation.name:<52} {noticed:<8} {perf_counter() - begun:6.1f}")
    say(f"{len(MUTATIONS)} mutations, {len(MUTATIONS) - survivors} noticed, {survivors} not.")
    return survivors


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
