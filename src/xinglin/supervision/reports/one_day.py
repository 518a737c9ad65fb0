"""The law of one day for all days: what today's rules would say of older records.

A verdict is given by the law of the event's day. Asked otherwise, for a try or for records from another place, the
rules, limits and lists of one chosen day are made to hold always; the digest of the knowledge then is another, and the
manifest names the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.tables.rows import Table
from xinglin.supervision.vocabulary.papers import Rule


def law_of(rules: Sequence[Rule], knowledge: Knowledge, day: date) -> tuple[tuple[Rule, ...], Knowledge]:
    """The rules and rows that are in force on a day, as if they always were."""
    held = tuple(replace(rule, since=date.min, until=None) for rule in rules if rule.in_force(day))
    limits = {
        name: replace(limit, table=_held(limit.table, day))
        for name, limit in knowledge.limits.items()
        if _held(limit.table, day).rows
    }
    # A limit that no row gives on the day keeps its rows, which then answer only for their own days.
    limits = {**knowledge.limits, **limits}
    tables = {name: _held(table, day) for name, table in knowledge.tables.items()}
    return held, replace(knowledge, limits=limits, tables=tables)


def _held(table: Table, day: date) -> Table:
    rows = tuple(
        replace(row, since=date.min, until=None)
        for row in table.rows
        if row.since <= day and (row.until is None or day <= row.until)
    )
    return replace(table, rows=rows)
