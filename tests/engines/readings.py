"""Three readings of one expression: what an engine is asked by the conformance suite.

An expression is a function of facts, as a rule's column is; it is read for a list of rows, each a few facts by path.
A new engine under the columns gets into the suite by an entry in `READINGS` of the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from xinglin.supervision.engines.columns.engine import Engine
from xinglin.supervision.engines.columns.expressions import Translator
from xinglin.supervision.engines.compiled import Tables, function_of
from xinglin.supervision.engines.plain import PlainFacts, Value
from xinglin.supervision.engines.tree import Node, TreeFacts
from xinglin.supervision.facts.case import EVENT_DAY, READABLE
from xinglin.supervision.facts.lake import column_kinds, column_name
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Plain, Scope
from xinglin.supervision.vocabulary.terms import Facts, Term

Body = Callable[[Facts], Term]
Rows = Sequence[Mapping[str, Plain]]
Reading = Callable[[Body, Rows], list[Any]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ARROW = {int: pa.int64(), bool: pa.bool_(), date: pa.date32(), datetime: pa.int64()}


class Nothing:
    """Who asks: it names no limits and no lists."""

    limits: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


def plain(body: Body, rows: Rows) -> list[Any]:
    """The reference."""
    read = []
    for row in rows:
        made = body(PlainFacts("example", Nothing(), Scope.ENCOUNTER, row, load_knowledge()))
        assert isinstance(made, Value)
        read.append(made.value)
    return read


def compiled(body: Body, rows: Rows) -> list[Any]:
    """The compiled function."""
    step, tables = function_of([tree(body)], "S, L"), Tables(load_knowledge())
    return [step(row, tables)[0] for row in rows]


def tree(body: Body) -> Node:
    """The expression as a tree."""
    groups = frozenset(READABLE[Scope.ENCOUNTER])
    made = body(TreeFacts("example", Nothing(), EVENT_DAY[Scope.ENCOUNTER], groups, load_knowledge()))
    assert isinstance(made, Node)
    return made


def columns(engine: Engine) -> Reading:
    """An engine under Ibis."""

    def read(body: Body, rows: Rows) -> list[Any]:
        node, paths = tree(body), sorted({path for row in rows for path in row})
        data = {
            column_name(path): pa.array(
                [_cell(row.get(path)) for row in rows], ARROW.get(column_kinds()[path], pa.string())
            )
            for path in paths
        }
        table = engine.keep("example", pa.table({"number": pa.array(range(len(rows)), pa.int64()), **data}))

        def unasked(_: Node) -> Any:
            raise AssertionError("an example asks no table")

        translator = Translator(lambda path: table[column_name(path)], unasked, engine.months_after)
        made = engine.keep("read", table.select("number", made=translator.value(node)))
        found = engine.rows(made).read_all().to_pylist()
        values = {row["number"]: row["made"] for row in found}
        return [_plain(node.kind, values[number]) for number in range(len(rows))]

    return read


def _arrow(kind: type) -> pa.DataType:
    return ARROW.get(kind, pa.string())


def _cell(value: Plain) -> Any:
    return (value - EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value


def _plain(kind: type, value: Any) -> Any:
    return value.date() if kind is date and isinstance(value, datetime) else value
