"""Every row of every specification, asked of the reference engine at every moment.

The texts beside this file are the specification of the rules and the examples of the rule book.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from xinglin.supervision.__main__ import read_folder
from xinglin.supervision.catalogue import RULES, find_rule
from xinglin.supervision.moments import judge
from xinglin.supervision.reports.specification import Example, Specification, case_of, knowledge_of
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Core

HERE = Path(__file__).parent
SPECIFICATIONS = read_folder(HERE)
ROWS = [(spec, example) for spec in SPECIFICATIONS.values() for example in spec.examples]
JUDGED_AT = datetime(2030, 1, 1, tzinfo=UTC)
DEMANDED = {"clear", "finding", "at the limit", "cannot tell", "trap"}


def _cores(spec: Specification, example: Example) -> set[Core]:
    rule = find_rule(spec.rule)
    case = case_of(spec, example, rule.scope)
    knowledge = knowledge_of(spec, load_knowledge())
    return {
        verdict.core
        for moment in rule.moments
        for verdict in judge(case, moment, knowledge=knowledge, judged_at=JUDGED_AT, only={rule.id}).verdicts
    }


@pytest.mark.parametrize(("spec", "example"), ROWS, ids=[f"{spec.rule}: {row.words.en}" for spec, row in ROWS])
def test_row(spec: Specification, example: Example) -> None:
    (core,) = _cores(spec, example)
    assert core.outcome.value == example.outcome, core
    assert core.excess.as_json() == example.excess
    assert core.missing == example.missing


@pytest.mark.parametrize("rule_id", [rule.id for rule in RULES])
def test_every_rule_shows_the_four_kinds_of_row_and_its_traps(rule_id: str) -> None:
    shown = {example.shows for example in SPECIFICATIONS[rule_id].examples}
    assert shown >= DEMANDED, f"{rule_id} lacks {DEMANDED - shown}"


def test_no_specification_without_a_rule() -> None:
    assert SPECIFICATIONS.keys() == {rule.id for rule in RULES}
