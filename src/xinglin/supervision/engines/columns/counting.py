"""Measures as joins and aggregates: every subject beside its events, once for all measures that share them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir

from xinglin.supervision.engines.columns.expressions import days_from
from xinglin.supervision.engines.columns.lists import Lists
from xinglin.supervision.engines.columns.staging import Staged
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.engines.measuring import event_groups
from xinglin.supervision.engines.tree import MeasureTree, Node, measure_tree, reads
from xinglin.supervision.facts.case import EVENT_DAY, TERRITORY
from xinglin.supervision.facts.lake import OF_SCOPE, column_name
from xinglin.supervision.measures.declared import EXPLODED, Counted, Declared, How, Ordered, Shape
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Scope

ASKED_AT, KNOWN_AT = "record.asked_at", "record.known_at"
SUBJECT = "subject"
EPOCH_DAY = ibis.date("1970-01-01")


@dataclass(frozen=True, slots=True)
class Sharing:
    """What measures must have in common to be counted in one pass."""

    scope: Scope
    over: str
    match: tuple[tuple[str, str], ...]
    own: str
    other: str
    alone: str
    """The name of a measure that is made by itself; empty for those that share."""


def shared(measures: Iterable[Declared]) -> Mapping[Sharing, list[Declared]]:
    """Measures by the pass in which they are counted."""
    found: dict[Sharing, list[Declared]] = defaultdict(list)
    for one in measures:
        alone = one.name if isinstance(one, Ordered) or one.by else ""
        found[Sharing(one.scope, one.over, one.match, one.own, one.other, alone)].append(one)
    return found


def told_apart_by(sharing: Sharing) -> list[str]:
    """The facts that a subject must have for its events to be found; its own key it always has."""
    paths = [*(path for path, _ in sharing.match), *([sharing.own] if sharing.own else [])]
    return [path for path in paths if path != OF_SCOPE[sharing.scope].key]


class Counting:
    """Measures of a lake. `then` counts what was known when the subject was judged, else what is known now."""

    def __init__(self, lake: Lake, knowledge: Knowledge, lists: Lists, *, then: bool) -> None:
        self._lake = lake
        self._knowledge = knowledge
        self._lists = lists
        self._then = then

    def numbers(self, sharing: Sharing, measures: Sequence[Declared]) -> ir.Table:
        """One row a subject that has an event: its id in `subject`, its numbers, and `<name>__unknown`."""
        if not self._lake.has(sharing.over):
            return self._nothing(sharing.scope, measures)
        trees = [measure_tree(one, self._knowledge, event_groups(one)) for one in measures]
        pairs = self._pairs(sharing, trees)
        if sharing.alone:
            (tree,) = trees
            return _ordered(pairs, tree.measure) if isinstance(tree.measure, Ordered) else _grouped(pairs, tree.measure)
        aggregates: dict[str, ir.Value] = {}
        for tree in trees:
            aggregates |= _aggregates(pairs, tree.measure)
        return pairs.group_by(SUBJECT).aggregate(**aggregates)

    def _nothing(self, scope: Scope, measures: Sequence[Declared]) -> ir.Table:
        """The numbers of a lake without such events: those of nobody."""
        key, kinds = OF_SCOPE[scope].key, {"": "int64", "__events": "int64", "__unknown": "boolean"}
        nobody = self._lake.facts(OF_SCOPE[scope].name, [key]).filter(ibis.literal(False))
        made = {f"{one.name}{part}": ibis.null(kind) for one in measures for part, kind in kinds.items()}
        return nobody.select(**{SUBJECT: nobody[column_name(key)]}, **made)

    def _pairs(self, sharing: Sharing, trees: Sequence[MeasureTree]) -> ir.Table:
        """Every subject beside every event that shares the facts of `match`; `where` and `value` of each measure."""
        if self._event_names_subject(sharing, trees):
            return self._marked(self._events_by_subject(sharing, trees), sharing, trees)
        subject, event = self._sides(sharing, trees)
        subject, event = self._possible(subject, trees, ours=True), self._possible(event, trees, ours=False)
        conditions = [subject[column_name(own)] == event[f"o_{column_name(other)}"] for own, other in sharing.match]
        if self._then:
            asked, known = subject[column_name(ASKED_AT)], event[f"o_{column_name(KNOWN_AT)}"]
            conditions.append(asked.isnull() | known.isnull() | (known <= asked))
        return self._marked(subject.inner_join(event, conditions), sharing, trees)

    def _event_names_subject(self, sharing: Sharing, trees: Sequence[MeasureTree]) -> bool:
        """Whether an event says whose it is, and nothing is asked of the subject itself."""
        if self._then or sharing.own or sharing.other or len(sharing.match) > 1:
            return False
        read = frozenset().union(*(reads(at) for tree in trees for at in tree.nodes)) | set(_kept(sharing, trees))
        return sharing.match[0][0] == OF_SCOPE[sharing.scope].key and all(
            path.startswith("other.") and not path.startswith("other.lists.") for path in read
        )

    def _events_by_subject(self, sharing: Sharing, trees: Sequence[MeasureTree]) -> ir.Table:
        read = frozenset().union(*(reads(at) for tree in trees for at in tree.nodes)) | set(_kept(sharing, trees))
        ((_, by),) = sharing.match
        event = self._lake.wide(sharing.over, {path.removeprefix("other.") for path in read} | {by})
        event = event.select(**{f"o_{name}": event[name] for name in event.columns})
        event = event.mutate(**{SUBJECT: event[f"o_{column_name(by)}"]})
        return self._possible(event.filter(event[SUBJECT].notnull()), trees, ours=False)

    def _marked(self, pairs: ir.Table, sharing: Sharing, trees: Sequence[MeasureTree]) -> ir.Table:
        """Pairs with `where` and `value` of each measure."""
        day = column_name(EVENT_DAY[sharing.scope])
        nodes = [at for tree in trees for at in tree.nodes]
        pairs = self._lists.joined(pairs, nodes, day, column_name(TERRITORY), pair_column)
        staged = Staged(pairs, nodes, pair_column, self._lists)
        pairs = staged.table
        made: dict[str, ir.Value] = {}
        for tree in trees:
            name = tree.measure.name
            made[f"{name}__where"] = staged.value(tree.where)
            if tree.value is not None:
                made[f"{name}__value"] = staged.value(tree.value)
            if tree.least is not None:
                made[f"{name}__least"] = staged.value(tree.least)
        kept = [SUBJECT, *(pair_column(path) for path in _kept(sharing, trees))]
        return pairs.select(*dict.fromkeys(kept), **made)

    def _possible(self, side: ir.Table, trees: Sequence[MeasureTree], *, ours: bool) -> ir.Table:
        """One side without the rows that no measure can want, whatever stands beside them.

        What a measure asks of one side alone is asked before both meet. Else all rows without a key (a prescription, a
        device) would be paired with each other: that grows with the square of the rows.
        """
        asked = [[at for at in conjuncts(tree.where) if _of_one_side(at, ours=ours)] for tree in trees]
        if not all(asked):
            return side
        staged = Staged(side, [at for own in asked for at in own], pair_column, self._lists)
        wanted = [ibis.and_(*(ibis.coalesce(staged.value(at), True) for at in own)) for own in asked]
        return staged.table.filter(ibis.or_(*wanted)).select(*side.columns)

    def _sides(self, sharing: Sharing, trees: Sequence[MeasureTree]) -> tuple[ir.Table, ir.Table]:
        paths = frozenset().union(*(reads(at) for tree in trees for at in tree.nodes))
        paths |= set(_kept(sharing, trees))
        facts = {path for path in paths if not path.startswith(("limits.", "lists.", "own.code", "other.code"))}
        looked_up = any(path.startswith(("limits.", "lists.")) for path in paths)
        table = OF_SCOPE[sharing.scope]
        ours = (
            {path for path in facts if not path.startswith("other.")} | {own for own, _ in sharing.match} | {table.key}
        )
        ours |= {EVENT_DAY[sharing.scope], TERRITORY} if looked_up else set()
        ours |= {ASKED_AT} if self._then else set()
        ours |= {sharing.own} - {""}
        theirs = {path.removeprefix("other.") for path in facts if path.startswith("other.")}
        theirs |= {other for _, other in sharing.match} | ({KNOWN_AT} if self._then else set()) | {sharing.other} - {""}
        subject = self._lake.wide(table.name, ours)
        if not self._then and column_name(ASKED_AT) in subject.columns:
            subject = subject.mutate(**{column_name(ASKED_AT): ibis.null("int64")})
        subject = subject.mutate(**{SUBJECT: subject[column_name(table.key)]}).filter(ibis._[SUBJECT].notnull())
        event = self._lake.wide(sharing.over, theirs)
        event = event.select(**{f"o_{name}": event[name] for name in event.columns})
        if sharing.own:
            subject = _exploded(subject, column_name(sharing.own), "own_code", keep_unknown=False)
        if sharing.other:
            event = _exploded(event, f"o_{column_name(sharing.other)}", "other_code", keep_unknown=True)
        return subject, event


def conjuncts(at: Node) -> Iterator[Node]:
    """The conditions that must all hold: where one of them is false so is the whole."""
    if at.op == "and":
        for arg in at.args:
            yield from conjuncts(arg)
    else:
        yield at


def _of_one_side(at: Node, *, ours: bool) -> bool:
    """Whether a condition asks for facts of the subject alone, or of the event alone, and for no table."""
    paths = reads(at)
    if not paths or any(path.startswith(("limits.", "lists.", "other.lists.")) for path in paths):
        return False
    return all(path.startswith("other.") is not ours for path in paths)


def _kept(sharing: Sharing, trees: Sequence[MeasureTree]) -> Iterator[str]:
    """The facts that the aggregation itself needs."""
    for tree in trees:
        measure = tree.measure
        if isinstance(measure, Counted) and measure.by:
            yield f"other.{measure.by}"
        if isinstance(measure, Ordered):
            yield EVENT_DAY[sharing.scope]
            yield f"other.{measure.day}"
            if measure.own:
                yield "own.code"
            if measure.days:
                yield f"other.{measure.days}"


def pair_column(path: str) -> str:
    """The column of a fact in a table of pairs: events are marked, and the codes of an exploded fact have their own."""
    if path in {"own.code", "other.code"}:
        return path.replace(".", "_")
    if path.startswith("other."):
        return f"o_{column_name(path.removeprefix('other.'))}"
    return column_name(path)


def _exploded(table: ir.Table, joined: str, into: str, *, keep_unknown: bool) -> ir.Table:
    """One row for each code of a fact; a row whose codes are unknown stays once where it must."""
    split = table.mutate(**{into: table[joined].split(EXPLODED)}).unnest(into, keep_empty=keep_unknown)
    return split.filter(split[into].isnull() | (split[into] != ""))


def _aggregates(pairs: ir.Table, measure: Declared) -> dict[str, ir.Value]:
    assert isinstance(measure, Counted)
    where = pairs[f"{measure.name}__where"]
    if measure.how is How.NEAREST:
        return _nearest(pairs, measure)
    events = ibis.coalesce(where.cast("int64").sum(), 0).cast("int64")
    number, unknown = events, where.isnull()
    if measure.value is not None:
        value = pairs[f"{measure.name}__value"]
        number = MADE[measure.how](value, where & value.notnull()).cast("int64")
        unknown = unknown | (where & value.isnull())
    return {
        measure.name: number,
        f"{measure.name}__events": events,
        f"{measure.name}__unknown": unknown.cast("int8").max() == 1,
    }


NEAREST_VALUES: Final = 1_000_000_000
"""Values of the nearest event lie below this, so that distance and value fit into one number and one is not parted
from the other."""


def _nearest(pairs: ir.Table, measure: Counted) -> dict[str, ir.Value]:
    where, value, least = (pairs[f"{measure.name}__{part}"] for part in ("where", "value", "least"))
    both = least.cast("int64") * NEAREST_VALUES + value
    taken = ibis.cases((where, both), else_=ibis.null("int64")).min()
    return {
        measure.name: ((taken % NEAREST_VALUES) + NEAREST_VALUES) % NEAREST_VALUES,
        f"{measure.name}__events": ibis.coalesce(where.cast("int64").sum(), 0).cast("int64"),
        f"{measure.name}__unknown": (where.isnull() | (where & both.isnull())).cast("int8").max() == 1,
    }


def _sum(value: ir.Value, counted: ir.Value) -> ir.Value:
    return ibis.cases((counted, value), else_=ibis.null(value.type())).sum()


def _distinct(value: ir.Value, counted: ir.Value) -> ir.Value:
    return ibis.cases((counted, value), else_=ibis.null(value.type())).nunique()


def _largest(value: ir.Value, counted: ir.Value) -> ir.Value:
    return ibis.cases((counted, value), else_=ibis.null(value.type())).max()


def _smallest(value: ir.Value, counted: ir.Value) -> ir.Value:
    return ibis.cases((counted, value), else_=ibis.null(value.type())).min()


MADE: Mapping[How, Callable[[ir.Value, ir.Value], ir.Value]] = {
    How.COUNT: _sum,
    How.SUM: _sum,
    How.DISTINCT: _distinct,
    How.LARGEST: _largest,
    How.SMALLEST: _smallest,
}


def _unknown(pairs: ir.Table, measure: Declared, also: ir.Value | None = None) -> ir.Value:
    where = pairs[f"{measure.name}__where"]
    unknown = where.isnull()
    if isinstance(measure, Counted) and measure.value is not None:
        unknown = unknown | (where & pairs[f"{measure.name}__value"].isnull())
    return unknown if also is None else unknown | (where & also)


def _grouped(pairs: ir.Table, measure: Declared) -> ir.Table:
    """Events first by group, then the largest group of each subject."""
    assert isinstance(measure, Counted)
    name, group = measure.name, pair_column(f"other.{measure.by}")
    where = pairs[f"{name}__where"]
    counted = where if measure.value is None else where & pairs[f"{name}__value"].notnull()
    value = ibis.literal(1, type="int64") if measure.value is None else pairs[f"{name}__value"]
    by_group = pairs.group_by([SUBJECT, group]).aggregate(
        number=MADE[measure.how](value, counted).cast("int64"),
        events=ibis.coalesce(where.cast("int64").sum(), 0).cast("int64"),
        unknown=_unknown(pairs, measure, pairs[group].isnull()).cast("int8").max(),
    )
    return by_group.group_by(SUBJECT).aggregate(
        **{
            name: ibis.cases((by_group.events > 0, by_group.number), else_=ibis.null("int64")).max(),
            f"{name}__events": by_group.events.sum().cast("int64"),
            f"{name}__unknown": by_group.unknown.max() == 1,
        }
    )


def _ordered(pairs: ir.Table, measure: Ordered) -> ir.Table:
    """The two measures that need the order of days."""
    name = measure.name
    day, own_day = pair_column(f"other.{measure.day}"), column_name(EVENT_DAY[measure.scope])
    lasting = pairs[pair_column(f"other.{measure.days}")] if measure.days else ibis.literal(0, type="int64")
    missing = pairs[day].isnull() | pairs[own_day].isnull()
    if measure.days:
        missing = missing | lasting.isnull()
    # Each code runs by itself: a supply of two substances lasts once, not twice.
    code = pairs[pair_column("own.code")] if measure.own else ibis.literal("")
    marked = pairs.select(
        SUBJECT,
        code=code,
        where=pairs[f"{name}__where"],
        number=days_from(EPOCH_DAY, pairs[own_day]),
        day=days_from(EPOCH_DAY, pairs[day]),
        lasting=lasting,
        unknown=_unknown(pairs, measure, missing),
    )
    shape = _in_hand(marked) if measure.shape is Shape.IN_HAND else _course(marked, measure.gap)
    flags = marked.group_by(SUBJECT).aggregate(
        flagged=marked.unknown.cast("int8").max() == 1, events=ibis.coalesce(marked.where.cast("int64").sum(), 0)
    )
    joined = flags.left_join(shape, flags[SUBJECT] == shape.owner)
    return joined.select(
        flags[SUBJECT],
        **{name: shape.made, f"{name}__events": flags.events.cast("int64"), f"{name}__unknown": flags.flagged},
    )


def _in_hand(marked: ir.Table) -> ir.Table:
    """The last supply runs out at the largest of: a day of supply and all that was supplied on it and after it."""
    taken = marked.filter(marked.where & marked.day.notnull() & marked.lasting.notnull())
    days = taken.group_by([SUBJECT, "code", "day"]).aggregate(lasting=taken.lasting.sum(), number=taken.number.max())
    later = ibis.window(group_by=[SUBJECT, "code"], order_by=days.day.desc(), rows=(None, 0))
    run = days.mutate(out=days.day + days.lasting.sum().over(later))
    return run.group_by(SUBJECT).aggregate(made=(run.out.max() - run.number.max()).cast("int64")).rename(owner=SUBJECT)


def _course(marked: ir.Table, gap: int) -> ir.Table:
    """The days since the last gap."""
    taken = marked.filter(marked.where & marked.day.notnull())
    days = taken.select(SUBJECT, "day").distinct()
    before = days.mutate(former=days.day.lag().over(ibis.window(group_by=SUBJECT, order_by=days.day)))
    begins = ibis.cases(
        (before.former.isnull() | (before.day - before.former > gap), before.day), else_=ibis.null("int64")
    )
    started = before.mutate(start=begins.max().over(ibis.window(group_by=before[SUBJECT])))
    run = started.filter(started.day >= started.start)
    return run.group_by(SUBJECT).aggregate(made=run.count().cast("int64")).rename(owner=SUBJECT)
