"""Judging the same worlds by every engine, and saying where two of them disagree."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.generative.worlds import write_lake

from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.columns.auditor import ColumnAuditor
from xinglin.supervision.engines.columns.duck import Duck
from xinglin.supervision.engines.columns.engine import Engine
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.engines.compiled import Compiled
from xinglin.supervision.engines.measuring import Measurer
from xinglin.supervision.engines.plain import judge_row
from xinglin.supervision.engines.said import Deferred, Said
from xinglin.supervision.engines.together import Together
from xinglin.supervision.engines.tree import rule_tree
from xinglin.supervision.facts.case import Row
from xinglin.supervision.facts.lake import OF_SCOPE, Facts, World, row_of
from xinglin.supervision.moments import may_be_in_force
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Core, Outcome
from xinglin.supervision.vocabulary.papers import Rule

Place = tuple[str, str]
"""A rule and a subject."""


@dataclass
class Answers:
    """What an engine said: the verdicts, the facts of each subject, how many subjects there were of each rule."""

    cores: dict[Place, Core] = field(default_factory=dict)
    facts: dict[Place, Facts] = field(default_factory=dict)
    not_in_force: dict[str, int] = field(default_factory=dict)
    counts: dict[str, Mapping[Outcome, int]] = field(default_factory=dict)
    subjects: dict[str, int] = field(default_factory=dict)


def by_rows(
    world: World, knowledge: Knowledge, *, then: bool, compiled: Compiled | None = None, rules: Sequence[Rule] = RULES
) -> Answers:
    """The reference engine over a world, or its compiled sister where that is given."""
    said = Answers()
    measurer = Measurer(world, compiled or knowledge, then=then)
    for scope in dict.fromkeys(rule.scope for rule in rules):
        asked = [rule for rule in rules if rule.scope is scope]
        wanted = measures_of(asked)
        together = None if compiled is None else Together([compiled.rule(rule) for rule in asked])
        for own in world.wide(OF_SCOPE[scope].name):
            facts = {**own, **{f"measure.{name}": value for name, value in measurer.of(scope, own, wanted).items()}}
            row = row_of(scope, facts)
            if row is None:
                continue
            cores = [None] * len(asked) if together is None else list(_at_once(together, compiled, row))
            for rule, made in zip(asked, cores, strict=True):
                said.subjects[rule.id] = said.subjects.get(rule.id, 0) + 1
                if not may_be_in_force(rule, row):
                    assert made is None, f"{rule.id} is not in force, and answers"
                    said.not_in_force[rule.id] = said.not_in_force.get(rule.id, 0) + 1
                    continue
                core = made or judge_row(rule, row, knowledge)
                assert compiled is None or made is not None, f"{rule.id} is in force, and does not answer"
                said.cores[rule.id, row.subject] = core
                said.facts[rule.id, row.subject] = facts
    return said


def _at_once(together: Together, compiled: Compiled | None, row: Row) -> Iterator[Core | None]:
    """What rules say that are asked together, as at a reminder; each by itself says the same."""
    assert compiled is not None
    shared = Said(row)
    for ready, outcome in zip(together.rules, together.outcomes(compiled.tables, shared), strict=True):
        alone = ready.judge(compiled.tables, Said(row))
        assert outcome is None or outcome is alone.outcome, f"{alone.rule}: together {outcome}, alone {alone.outcome}"
        yield None if outcome is None else Deferred(ready, shared, None, outcome)


def measures_of(rules: Sequence[Rule]) -> frozenset[str]:
    """The names of the measures that rules read."""
    read = {path for rule in rules for path in rule_tree(rule, load_knowledge()).read}
    return frozenset(path.partition(".")[2] for path in read if path.startswith("measure."))


def by_columns(
    world: World,
    knowledge: Knowledge,
    *,
    then: bool,
    engine: Engine | None = None,
    rules: Sequence[Rule] = RULES,
) -> Answers:
    """The columns over the world as a lake: DuckDB unless another engine is given."""
    said = Answers()
    with tempfile.TemporaryDirectory() as folder:
        write_lake(world, Path(folder))
        chosen = engine or Duck(threads=1)
        try:
            auditor = ColumnAuditor(Lake(chosen, Path(folder)), knowledge, rules, then=then)
            for scope in auditor.scopes():
                judged = auditor.judge(scope)
                said.counts |= judged.counts()
                said.subjects |= {tree.rule.id: judged.subjects() for tree in judged.trees}
                for one in judged.said(list(Outcome)):
                    place = one.core.rule, one.core.subject
                    assert place not in said.cores, f"two verdicts on {place}"
                    said.cores[place] = one.core
        finally:
            if engine is None:
                chosen.close()
    return said


def differing(one: Answers, other: Answers) -> list[Place]:
    """Where two engines do not say the very same, hash for hash."""
    return [
        place
        for place in one.cores.keys() | other.cores.keys()
        if place not in one.cores
        or place not in other.cores
        or one.cores[place] != other.cores[place]
        or one.cores[place].hash != other.cores[place].hash
    ]


def complaint(reference: Answers, other: Answers, places: Iterable[Place], name: str) -> str:
    """The difference that is easiest to read: the subject of which fewest facts are known."""
    found = list(places)

    def known(place: Place) -> tuple[int, Place]:
        return sum(value is not None for value in reference.facts.get(place, {}).values()), place

    place = min(found, key=known)
    facts = {path: value for path, value in sorted(reference.facts.get(place, {}).items()) if value is not None}
    here, there = reference.cores.get(place), other.cores.get(place)
    return "\n".join(
        [
            f"{len(found)} verdicts differ between the reference and {name}; the smallest is {place[0]} on {place[1]}",
            f"facts:     {facts}",
            f"reference: {None if here is None else here.as_json()}",
            f"{name}: {None if there is None else there.as_json()}",
        ]
    )


def assert_agree(reference: Answers, other: Answers, name: str) -> None:
    """Fail with the smallest difference."""
    places = differing(reference, other)
    assert not places, complaint(reference, other, places, name)
