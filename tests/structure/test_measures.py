"""Every measure is a field of the facts, declared once, and read by a rule of the scope for which it is declared."""

from dataclasses import fields

import pytest

from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.plain import PlainFacts
from xinglin.supervision.facts.case import READABLE
from xinglin.supervision.facts.lake import TABLES, column_kinds, table_columns
from xinglin.supervision.facts.measured import Measure
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.measures.declared import Counted, Declared, Ordered
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.vocabulary.papers import Rule

WHOSE = {"scope", "subject"}
"""These say who was measured and are no numbers."""
SHOWN = {"code_days_30"}
"""No rule reads it: it stands beside a finding for whoever judges it. A rule that reads it takes it from here."""
NAMES = {field.name for field in fields(Measure)} - WHOSE


def facts_read(rule: Rule) -> set[str]:
    """Every fact that a rule reads."""
    asked: set[str] = set()

    class Watching(PlainFacts):
        def term(self, path: str):  # type: ignore[no-untyped-def]
            asked.add(path)
            return super().term(path)

    rule.body(Watching(rule.id, rule, rule.scope, {}, load_knowledge()))
    return asked


def measures_read(rule: Rule) -> set[str]:
    """The names of the measures that a rule reads, its sentence included."""
    paths = facts_read(rule) | set(rule.shows)
    return {path.partition(".")[2] for path in paths if path.startswith("measure.")}


def test_every_field_is_declared_and_every_declaration_is_a_field() -> None:
    assert {measure.name for measure in MEASURES} == NAMES


def test_a_name_is_declared_once_for_a_scope() -> None:
    declared = [(measure.scope, measure.name) for measure in MEASURES]
    assert sorted(set(declared)) == sorted(declared)


def test_every_other_measure_is_read_by_some_rule() -> None:
    read = {(rule.scope, name) for rule in RULES for name in measures_read(rule)}
    unread = {measure.name for measure in MEASURES if (measure.scope, measure.name) not in read}
    assert unread == SHOWN, "nobody reads it: remove it, or say what it is for"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_reads_measures_of_its_own_scope_alone(rule: Rule) -> None:
    declared = {measure.name for measure in MEASURES if measure.scope is rule.scope}
    assert measures_read(rule) <= declared, f"{rule.id} reads what nobody measures for a {rule.scope.value}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_what_was_taken_back_later_is_a_matter_of_measures(rule: Rule) -> None:
    """They ask when it was known; a rule that read it would say otherwise in the audit than at control."""
    assert not {"item.refunded_milli", "item.refunded_at"} & facts_read(rule)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_a_measure_joins_facts_that_both_sides_carry(measure: Declared) -> None:
    own = set(READABLE[measure.scope])
    above = {parent.table for parent in TABLES[measure.over].parents} | {measure.over}
    carried = {column.path for table in above for column in table_columns(table)}
    for ours, theirs in measure.match:
        assert ours.partition(".")[0] in own, f"{measure.name}: {ours} is no fact of a {measure.scope.value}"
        assert theirs in carried, f"{measure.name}: {theirs} is no fact of {measure.over}"
        assert column_kinds()[ours] is column_kinds()[theirs]
    codes = {measure.own, measure.other} - {""}
    assert all(column_kinds()[path] is str for path in codes)
    if isinstance(measure, Ordered):
        assert measure.day in carried
        assert not measure.days or measure.days in carried
    if isinstance(measure, Counted) and measure.by:
        assert measure.by in carried
