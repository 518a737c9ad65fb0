"""Every rule on cases that nobody thought of: four answers and no fifth, and knowing more never turns one round."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.plain import KINDS, Value, facts_of, judge_row
from xinglin.supervision.facts.case import EVENT_DAY, TERRITORY, Row
from xinglin.supervision.facts.words import Coded
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Core, Outcome
from xinglin.supervision.vocabulary.papers import Rule

TEXTS = {
    "encounter.diagnosis_code": ["", "I10", "I11.9", "I48.9", "E11.9", "H36.0", "J06.9", "R42"],
    "physician.specialty_code": ["07.03", "03.04", "09.01", "50.07"],
    "institution.territory_code": ["370902", "110101", "379900"],
    "institution.name_zh": ["北京儿童医院", "示例医院"],
    "line.atc_code": ["", "C08CA01", "N02AA01", "N01AX07"],
    "line.frequency_code": ["qd", "bid", "qw", "prn", "odd"],
    "pack.trace_code": ["", "81234560000000000001"],
    "item.code": ["990300021000000", "990100001000000", "990100005000000", "x"],
    "item.atc_code": ["", "J07BG01", "B01AF03", "N05CC01", "A10BJ05", "N07XX14", "B05BA01", "N02AA01"],
    "item.session_key": ["", "S"],
    "item.incision_key": ["", "I"],
}
for other in ("encounter.diagnosis_2_code", "encounter.diagnosis_3_code", "evidence.diagnosis_code"):
    TEXTS[other] = TEXTS["encounter.diagnosis_code"]


def a_value(path: str) -> st.SearchStrategy[Any]:
    """Values near the edges at which rules turn."""
    kind = KINDS[path]
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(0, 60)
    if kind is date:
        return st.dates(date(2018, 1, 1), date(2027, 12, 31))
    if kind is datetime:
        minutes = st.integers(0, 90)
        return minutes.map(lambda minute: datetime(2026, 5, 20, 2 + minute // 60, minute % 60, tzinfo=UTC))
    if issubclass(kind, Coded):
        return st.sampled_from(list(kind))
    return st.sampled_from(TEXTS.get(path, ["x", "y"]))


def columns_read(rule: Rule, row: Row) -> tuple[frozenset[str], frozenset[str]]:
    """The facts that the two columns of a rule read, and those of them that they need to be known."""
    ruling = rule.body(facts_of(rule, row, load_knowledge()))
    assert isinstance(ruling.applies, Value)
    assert isinstance(ruling.violates, Value)
    return ruling.applies.read | ruling.violates.read, ruling.applies.needed | ruling.violates.needed


def needed_for(rule: Rule, row: Row, outcome: Outcome) -> frozenset[str]:
    """What an outcome rests on. What does not apply rests on that column alone: a fact may have a default in it (nobody
    of eighty is asked whether she breastfeeds) and yet be needed by the other."""
    if outcome is not Outcome.NOT_APPLICABLE:
        return columns_read(rule, row)[1]
    applies = rule.body(facts_of(rule, row, load_knowledge())).applies
    assert isinstance(applies, Value)
    return applies.needed


def a_row(rule: Rule) -> st.SearchStrategy[Row]:
    """A row in which any fact that the rule reads may be unknown."""
    read, _needed = columns_read(rule, Row(rule.scope, "S1", (), {}))
    paths = [path for path in sorted(read) if path in KINDS]
    facts = st.fixed_dictionaries({path: st.one_of(a_value(path), a_value(path), st.none()) for path in paths})
    return facts.map(lambda known: Row(rule.scope, "S1", ("L1",), known))


SHARDS = 13
"""Each rule is in one shard: a run in parallel shares the work, and a failure names few rules."""
EXAMPLES = 40
"""Rows drawn for each rule; of each, every gap is filled as well, one after another."""
ROWS = {rule.id: a_row(rule) for rule in RULES}
CALM = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)


def assert_one_answer(rule: Rule, core: Core) -> None:
    """One of four answers, with what belongs to it and nothing that belongs to another."""
    assert core.outcome in set(Outcome)
    if core.outcome is Outcome.CANNOT_TELL:
        assert core.missing, f"{rule.id} cannot tell and names nothing that is missing"
    else:
        assert core.missing == ()
    if core.outcome is not Outcome.FINDING:
        assert core.excess.as_json() == {}
        assert core.lines == ()


@pytest.mark.parametrize("shard", range(SHARDS))
def test_four_answers_and_knowing_more_turns_none_round(shard: int) -> None:
    knowledge, rules = load_knowledge(), RULES[shard::SHARDS]

    @seed(20260520)
    @CALM
    @given(st.data())
    def on_any_row(data: st.DataObject) -> None:
        for rule in rules:
            row = data.draw(ROWS[rule.id])
            before = judge_row(rule, row, knowledge)
            assert_one_answer(rule, before)
            assert judge_row(rule, row, knowledge) == before
            if before.outcome is Outcome.CANNOT_TELL:
                continue
            fixed = {EVENT_DAY[rule.scope], TERRITORY}
            needed = needed_for(rule, row, before.outcome)
            unknown = sorted(path for path in needed - fixed if path in KINDS and row.facts.get(path) is None)
            for path in unknown:
                filled = Row(row.scope, row.subject, row.lines, {**row.facts, path: data.draw(a_value(path))})
                after = judge_row(rule, filled, knowledge)
                assert after.outcome is before.outcome, f"{rule.id} turned round when {path} became known"

    on_any_row()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_row_without_any_fact_is_never_clear(rule: Rule) -> None:
    core = judge_row(rule, Row(rule.scope, "S1", (), {f"{rule.scope.value}.id": "S1"}), load_knowledge())
    assert core.outcome is Outcome.CANNOT_TELL
