"""Days and places as far as the law can tell them apart: between two turns of what is asked, one day is as another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from xinglin.supervision.engines.columns.lookups import Span
from xinglin.supervision.engines.tree import Node, RuleTree
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.tables.rows import DatedRow
from xinglin.supervision.vocabulary.papers import Rule

WHEN, WHERE = "when_", "where_"


@dataclass(frozen=True, slots=True)
class Stretches:
    """The first day of every stretch on which no limit, list or rule turns, and whether any of them is local."""

    firsts: tuple[date, ...]
    local: bool

    def when(self, day: ir.Value) -> ir.Value:
        """The first day of the stretch in which a day lies; unknown where the day is."""
        later = [(day >= ibis.date(first.isoformat()), ibis.date(first.isoformat())) for first in self.firsts[:0:-1]]
        return ibis.cases(*later, (day.notnull(), ibis.date(self.firsts[0].isoformat())), else_=ibis.null("date"))

    def where(self, place: ir.Value) -> ir.Value:
        """The place where places differ, else the same word for all; unknown where the place is."""
        return place if self.local else ibis.cases((place.notnull(), ibis.literal("")), else_=ibis.null("string"))

    def of(self, day: ir.Value, place: ir.Value) -> dict[str, ir.Value]:
        """Both, by the names of their columns."""
        return {WHEN: self.when(day), WHERE: self.where(place)}

    def in_force(self, rule: Rule, span: Span) -> Callable[[ir.Table], ir.Value] | None:
        """Where a rule is asked, over a table with these columns; None where it always is. It is asked where day or
        place is unknown: then it says what is missing."""
        since, until = rule.since > span.first, rule.until is not None and rule.until < span.last
        if not (since or until or rule.territory):
            return None

        def asked(table: ir.Table) -> ir.Value:
            day, place, holds = table[WHEN], table[WHERE], ibis.literal(True)
            if since:
                holds = holds & (day.isnull() | (day >= ibis.date(rule.since.isoformat())))
            if rule.until is not None and until:
                holds = holds & (day.isnull() | (day <= ibis.date(rule.until.isoformat())))
            return holds & (place.isnull() | place.startswith(rule.territory)) if rule.territory else holds

        return asked


def stretches(knowledge: Knowledge, trees: Sequence[RuleTree], span: Span) -> Stretches:
    """What the limits and lists of some rules, and the rules themselves, tell apart."""
    turns, local = {span.first}, False
    for row in _rows(knowledge, trees):
        turns |= _within(row.since, row.until, span)
        local = local or bool(row.territory)
    for tree in trees:
        turns |= _within(tree.rule.since, tree.rule.until, span)
        local = local or bool(tree.rule.territory)
    return Stretches(tuple(sorted(turns)), local)


def _within(since: date, until: date | None, span: Span) -> set[date]:
    days = {since} if until is None or until == date.max else {since, until + timedelta(days=1)}
    return {day for day in days if span.first < day <= span.last}


def _rows(knowledge: Knowledge, trees: Sequence[RuleTree]) -> Iterator[DatedRow]:
    asked: dict[tuple[str, str], Node] = {}
    for tree in trees:
        for root in (*tree.nodes, *(one for _, one in tree.looked_up)):
            asked |= {(at.op, str(at.extra)): at for at in root.walk() if at.op in {"limit", "listed"}}
    for op, name in asked:
        yield from (
            knowledge.limits[name].table.rows if op == "limit" else knowledge.tables[knowledge.lookups[name].table].rows
        )
