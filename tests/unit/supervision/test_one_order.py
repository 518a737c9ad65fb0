"""One order over a year's history, asked in one go: it says what the reference says, and leaves nothing behind."""

import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from xinglin.hospital.demo.bench.audit_order import NOW, order, world
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.measuring import Measurer
from xinglin.supervision.engines.plain import judge_row
from xinglin.supervision.engines.sentences import fill
from xinglin.supervision.facts.case import Case
from xinglin.supervision.facts.history import Record
from xinglin.supervision.facts.lake import OF_SCOPE, World, world_of
from xinglin.supervision.facts.measured import Measure
from xinglin.supervision.moments import Judged, asking_of, may_be_in_force, remind, rows
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Core, Moment, Outcome, Scope, Words

ASKED = [rule for rule in RULES if Moment.REMIND in rule.moments]


def by_reference(case: Case, history: World) -> Iterator[tuple[Core, Words, Words]]:
    """Measures, verdicts and sentences by the reference engine, one after another."""
    knowledge = load_knowledge()
    around = world_of(case, Record(asked_at=NOW), history)
    measurer = Measurer(around, knowledge)
    wanted = asking_of(knowledge, Moment.REMIND).measures
    measured = [
        Measure(scope=scope.value, subject=str(facts[OF_SCOPE[scope].key]), **measurer.of(scope, facts, wanted[scope]))
        for scope in wanted
        for facts in around.wide(OF_SCOPE[scope].name)
    ]
    case = replace(case, measures=tuple(measured))
    for rule in ASKED:
        for row in rows(case, rule.scope):
            if may_be_in_force(rule, row):
                core = judge_row(rule, row, knowledge)
                yield (core, *fill(rule, core, knowledge))


def asked(case: Case, history: World) -> Judged:
    return remind(case, knowledge=load_knowledge(), judged_at=NOW, history=history)


NAMELESS = tuple(replace(item, ingredients=None) for item in order(5).items)
CASES = {
    "all known": order(1),
    "little known of the patient": replace(order(2), patient=replace(order(2).patient, sex=None, birth_on=None)),
    "no fund is asked": replace(order(3), items=tuple(replace(item, fund_asked=False) for item in order(3).items)),
    "what no key or session groups": replace(order(4), items=tuple(replace(i, key="K") for i in order(4).items)),
    "medicines without ingredients": replace(order(5), items=NAMELESS),
    "no day, no place": replace(
        order(6),
        encounter=replace(order(6).encounter, on=None),
        institution=replace(order(6).institution, territory_code=None),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_asked_in_one_go_is_what_the_reference_says(case: Case) -> None:
    history = world(7)
    expected = list(by_reference(case, history))
    given = asked(case, history).verdicts
    assert len(given) == len(expected) > 200
    for verdict, (core, sentence, hint) in zip(given, expected, strict=True):
        assert verdict.core.hash == core.hash, (verdict.core.as_json(), core.as_json())
        assert verdict.core == core
        assert (verdict.sentence, verdict.hint) == (sentence, hint)


def test_all_four_answers_are_among_them() -> None:
    outcomes = {verdict.outcome for case in CASES.values() for verdict in asked(case, world(7)).verdicts}
    assert outcomes == set(Outcome)


def test_a_judgement_goes_with_its_last_verdict() -> None:
    """Were there circles, the collector would have to look for them while somebody waits."""
    case, history = order(8), world(8)
    asked(case, history)
    gc.collect()
    gc.disable()
    try:
        judged = asked(case, history)
        assert {verdict.core.scope for verdict in judged.verdicts} >= {Scope.LINE, Scope.ITEM}
        assert all(verdict.core.hash for verdict in judged.verdicts)
        del judged
        assert gc.collect() == 0
    finally:
        gc.enable()
