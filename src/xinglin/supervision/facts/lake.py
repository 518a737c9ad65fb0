"""The tables in which facts lie side by side: what an audit reads, and the small world around one case.

A table holds groups of facts; its columns are their paths with an underscore for the dot (``item_fund_asked``). The
row of a subject is its table's row widened by those of its parents. A `World` is the same tables as lists of rows: all
of a small city in a test, or the history that one reminder needs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from xinglin.supervision.facts.case import GROUPS, READABLE, Case, Row, flat
from xinglin.supervision.facts.events import Above, Index, first_of
from xinglin.supervision.facts.events import Event as Event
from xinglin.supervision.facts.events import Facts as Facts
from xinglin.supervision.facts.history import Allergy, Condition, Detected, Record
from xinglin.supervision.facts.schema import Column, Group, columns, values
from xinglin.supervision.verdicts import Plain, Scope

BESIDE: Final[dict[str, type[Group]]] = {
    "condition": Condition,
    "allergy": Allergy,
    "detected": Detected,
    "record": Record,
}
"""Groups that measures may look at and rules may not."""


@dataclass(frozen=True, slots=True)
class Parent:
    """Where a row finds the facts that it shares with others: its fact `by` equals the fact `key` of the parent.

    `by` may be a fact that an earlier parent has given.
    """

    table: str
    by: str
    key: str


@dataclass(frozen=True, slots=True)
class LakeTable:
    """One table: its groups, the key of a row, and its parents in order; what is there already is not replaced."""

    name: str
    groups: tuple[str, ...]
    key: str
    scope: Scope | None = None
    parents: tuple[Parent, ...] = ()


CARE: Final = ("encounter", "patient", "physician", "institution", "evidence", "coverage", "record")
TABLES: Final[dict[str, LakeTable]] = {
    table.name: table
    for table in (
        LakeTable("encounters", CARE, "encounter.id", Scope.ENCOUNTER),
        LakeTable(
            "prescriptions",
            ("prescription", "review", "dispensing", "record"),
            "prescription.id",
            Scope.PRESCRIPTION,
            (Parent("encounters", "prescription.encounter_id", "encounter.id"),),
        ),
        LakeTable(
            "lines",
            ("line",),
            "line.id",
            Scope.LINE,
            (
                Parent("prescriptions", "line.prescription_id", "prescription.id"),
                Parent("encounters", "prescription.encounter_id", "encounter.id"),
            ),
        ),
        LakeTable(
            "packs",
            ("pack", "record"),
            "pack.id",
            Scope.PACK,
            (
                Parent("lines", "pack.line_id", "line.id"),
                Parent("prescriptions", "pack.prescription_id", "prescription.id"),
                Parent("encounters", "pack.encounter_id", "encounter.id"),
            ),
        ),
        LakeTable(
            "claims",
            ("claim", "record"),
            "claim.id",
            Scope.CLAIM,
            (
                Parent("prescriptions", "claim.prescription_id", "prescription.id"),
                Parent("encounters", "claim.encounter_id", "encounter.id"),
            ),
        ),
        LakeTable(
            "stays",
            ("stay", "record"),
            "stay.id",
            Scope.STAY,
            (Parent("encounters", "stay.encounter_id", "encounter.id"),),
        ),
        LakeTable(
            "items",
            ("item", "record"),
            "item.id",
            Scope.ITEM,
            (
                Parent("claims", "item.claim_id", "claim.id"),
                Parent("encounters", "item.encounter_id", "encounter.id"),
                Parent("stays", "item.encounter_id", "stay.encounter_id"),
            ),
        ),
        LakeTable("practices", ("practice", "institution"), "practice.id", Scope.PRACTICE),
        LakeTable("rings", ("ring", "institution"), "ring.id", Scope.RING),
        LakeTable("conditions", ("condition", "record"), "condition.id"),
        LakeTable("allergies", ("allergy", "record"), "allergy.id"),
        LakeTable("detected", ("detected", "record"), "detected.id"),
    )
}
"""Every table by its name, parents before children. A key is given once; an encounter is at most one stay."""

_BY: Final = {table.name: tuple(parent.by for parent in table.parents) for table in TABLES.values()}
"""The facts by which rows find their parents."""

_AWAITED: Final[dict[str, frozenset[tuple[str, str]]]] = {
    name: frozenset((name, parent.key) for one in TABLES.values() for parent in one.parents if parent.table == name)
    for name in TABLES
}
"""By which facts rows of other tables find a row of this one."""

OF_SCOPE: Final[dict[Scope, LakeTable]] = {table.scope: table for table in TABLES.values() if table.scope is not None}


@cache
def own_groups(table: str) -> frozenset[str]:
    """The groups that a row of a table carries itself and none of its parents does."""
    above = {group for parent in TABLES[table].parents for group in TABLES[parent.table].groups}
    return frozenset(TABLES[table].groups) - above - {"record"}


def column_name(path: str) -> str:
    """The name of a fact's column: ``item.fund_asked`` stands in ``item_fund_asked``."""
    return path.replace(".", "_", 1)


@cache
def table_columns(name: str) -> tuple[Column, ...]:
    """The columns of a table in the order of its groups."""
    groups = {**GROUPS, **BESIDE}
    return tuple(column for group in TABLES[name].groups for column in columns(group, groups[group]))


@cache
def column_kinds() -> Mapping[str, type]:
    """The type of every fact by path, those beside the rules included."""
    return {column.path: column.type for name, group in {**GROUPS, **BESIDE}.items() for column in columns(name, group)}


Awaited = tuple[str, str, str]
"""A table, a fact of its rows and the value that one of them will have."""
Place = tuple[Plain, ...]
"""A table and the facts by which a row of it finds its parents: rows for which they are equal share theirs."""


class World:
    """Rows by table, and the ways from one to another.

    A world may lie over a `base`, such as a case over a person's history: a row with a key that the base holds too
    stands for the base's row. The base is never changed while a world lies over it. Rows may come one after another:
    what was worked out for the others stays, except for those that waited for the new row.
    """

    def __init__(self, base: World | None = None) -> None:
        self.base = base
        self.tables: dict[str, list[Facts]] = defaultdict(list)
        self._by_key: dict[str, dict[str, Facts]] = defaultdict(dict)
        self._by_other: dict[tuple[str, str], dict[Plain, Facts]] = {}
        self._held: dict[str, list[Event | None]] = {}
        self._wide: dict[str, list[Facts]] = {}
        self._indexes: dict[str, dict[tuple[str, ...], Index]] = defaultdict(dict)
        self._waiting: dict[Awaited, list[Place]] = defaultdict(list)
        self._aboves: dict[Place, tuple[Above, list[int] | None]] = {}
        self._alone = Above()
        self._covers: dict[str, frozenset[Plain]] = {}

    def add(self, table: str, row: Facts) -> None:
        """Put a row into a table. A row with a key that is there already replaces it."""
        key = row.get(TABLES[table].key)
        former = self._by_key[table].get(key) if isinstance(key, str) else None
        if former is None:
            self.extend(table, (row,))
            return
        self.tables[table] = [one for one in self.tables[table] if one is not former]
        for worked_out in (self._by_other, self._held, self._wide, self._indexes, self._waiting, self._aboves):
            worked_out.clear()
        self.extend(table, (row,))

    def extend(self, table: str, rows: Iterable[Facts]) -> None:
        """Put many rows with new keys into a table."""
        path = TABLES[table].key
        self._covers.pop(table, None)
        for row in rows:
            key = row.get(path)
            if isinstance(key, str):
                self._by_key[table][key] = row
            self.tables[table].append(row)
            for (of, other), found in self._by_other.items():
                if of == table:
                    found.setdefault(row.get(other), row)
            if table in self._held:
                self._hold(table, row)
            if self._waiting:
                self._arrived(table, row)

    def find(self, table: str, key: str, value: Plain) -> Facts | None:
        """The row of a table whose fact `key` has a value."""
        if not isinstance(value, str):
            return None
        found = (self._by_key[table] if key == TABLES[table].key else self._others(table, key)).get(value)
        return self.base.find(table, key, value) if found is None and self.base is not None else found

    def _others(self, table: str, key: str) -> dict[Plain, Facts]:
        """The first row of a table for each value of a fact that is not its key."""
        place = (table, key)
        if place not in self._by_other:
            found = self._by_other[place] = {}
            for row in self.tables.get(table, ()):
                found.setdefault(row.get(key), row)
        return self._by_other[place]

    def wide(self, table: str) -> list[Facts]:
        """The own rows of a table with the facts of their parents, those of the base among them."""
        if table not in self._wide:
            self._wide[table] = [event.whole() for event in self._all(table)]
        return self._wide[table]

    def _rows(self, table: str) -> list[Event | None]:
        """The own rows of a table, each beside its parents once somebody has asked for it."""
        held = self._held.get(table)
        if held is None:
            held = self._held[table] = [None] * len(self.tables.get(table, ()))
        return held

    def _all(self, table: str) -> list[Event]:
        """The own rows of a table beside their parents."""
        held, shape = self._rows(table), TABLES[table]
        for number, row in enumerate(self.tables.get(table, ())):
            if held[number] is None:
                held[number] = self._beside(shape, row, number)
        return held  # type: ignore[return-value]

    def _event(self, table: str, number: int) -> Event:
        """One own row of a table beside its parents."""
        held = self._held[table]
        found = held[number]
        if found is None:
            found = held[number] = self._beside(TABLES[table], self.tables[table][number], number)
        return found

    def _hold(self, table: str, row: Facts) -> None:
        """Make room for one more row, and find it by whatever rows of its table are found by."""
        held = self._held[table]
        held.append(None)
        self._wide.pop(table, None)
        for index in self._indexes[table].values():
            self._enter(index, table, row, len(held) - 1)

    def _enter(self, index: Index, table: str, row: Facts, number: int) -> None:
        joins = index.enter(row if index.own else self._event(table, number), number)
        if joins is not None:
            joins.append(self._event(table, number))

    def _arrived(self, table: str, row: Facts) -> None:
        """Look again at the rows that waited for this parent."""
        for of, path in _AWAITED.get(table, ()):
            value = row.get(path)
            if not isinstance(value, str):
                continue
            for place in self._waiting.pop((of, path, value), ()):
                child = str(place[0])
                for number in self._aboves.pop(place, (None, None))[1] or ():
                    self._look_again(child, number)

    def _look_again(self, child: str, number: int) -> None:
        former = self._held[child][number]
        if former is None:
            return
        self._held[child][number] = None
        self._wide.pop(child, None)
        for index in self._indexes[child].values():
            index.leave(former, number)
            self._enter(index, child, former.row, number)

    def _beside(self, table: LakeTable, row: Facts, number: int) -> Event:
        """A row beside its parents; by its number it waits for those that are not there yet."""
        if not table.parents:
            return Event(row, self._alone)
        place = (table.name, *[row.get(path) for path in _BY[table.name]])
        found = self._aboves.get(place)
        if found is None:
            above, awaited = self._above(table, row)
            for one in awaited:
                self._waiting[one].append(place)
            found = self._aboves[place] = (above, [] if awaited else None)
        above, waiting = found
        if waiting is not None:
            waiting.append(number)
        return Event(row, above)

    def _above(self, table: LakeTable, row: Facts) -> tuple[Above, tuple[Awaited, ...]]:
        """The parents of a row that are there, and those that are not there yet."""
        above: tuple[Facts, ...] = ()
        awaited: tuple[Awaited, ...] = ()
        for parent in table.parents:
            value = row.get(parent.by)
            if value is None:
                value = first_of(above, parent.by)
            found = self.find(parent.table, parent.key, value)
            if found is not None:
                above = (*above, found)
            elif value and isinstance(value, str):
                awaited = (*awaited, (parent.table, parent.key, value))
        return Above(above), awaited

    def one(self, table: str, key: str) -> Event | None:
        """The row of a table with a key, beside its parents."""
        row = self.find(table, TABLES[table].key, key)
        return None if row is None else Event(row, self._above(TABLES[table], row)[0])

    def events(self, table: str, by: tuple[str, ...], keys: tuple[Plain, ...]) -> Sequence[Event]:
        """The rows of a table whose facts `by` are these keys; no row in which one of them is unknown."""
        mine = self._found(table, by, keys)
        if self.base is None:
            return mine
        below = self.base.events(table, by, keys)
        covers = self._covered(table) if below else None
        if covers:
            path = TABLES[table].key
            below = [row for row in below if row.row.get(path) not in covers]
        return [*below, *mine] if mine else below

    def _covered(self, table: str) -> frozenset[Plain]:
        """The keys of own rows that stand for rows of the base."""
        found = self._covers.get(table)
        if found is None:
            base, path = self.base, TABLES[table].key
            own = self._by_key.get(table, ()) if base is not None else ()
            found = frozenset(key for key in own if base is not None and base.find(table, path, key) is not None)
            self._covers[table] = found
        return found

    def _found(self, table: str, by: tuple[str, ...], keys: tuple[Plain, ...]) -> Sequence[Event]:
        """The own rows of a table that are found by some facts."""
        index = self._indexes[table].get(by) or self._index(table, by)
        found = index.events.get(keys)
        if found is None:
            numbers = index.numbers.get(keys)
            if numbers is None:
                return ()
            found = index.events[keys] = [self._event(table, number) for number in numbers]
        return found

    def _index(self, table: str, by: tuple[str, ...]) -> Index:
        index = self._indexes[table][by] = Index(_places(table, by))
        self._rows(table)  # Rows that come later are entered from now on.
        index.fill(self.tables.get(table, ()) if index.own else self._all(table))
        return index


@cache
def _places(table: str, by: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """Facts by which rows are found, and whether a row carries them itself."""
    return tuple((path, path.partition(".")[0] in own_groups(table)) for path in by)


def row_of(scope: Scope, facts: Facts) -> Row | None:
    """The facts of a subject as a rule may read them; None where the subject has no id."""
    subject = facts.get(OF_SCOPE[scope].key)
    if not isinstance(subject, str):
        return None
    readable = READABLE[scope]
    own = {path: value for path, value in facts.items() if path.partition(".")[0] in readable}
    return Row(scope, subject, lines_of(scope, subject, facts), own)


def lines_of(scope: Scope, subject: str, facts: Mapping[str, Plain]) -> tuple[str, ...]:
    """The lines or items that a subject's finding is about."""
    if scope in {Scope.LINE, Scope.ITEM}:
        return (subject,)
    if scope is Scope.PACK:
        named = facts.get("pack.line_id") or facts.get("pack.item_id")
        return (str(named),) if named else ()
    return ()


@cache
def _paths_of_case(table: str) -> tuple[str, ...]:
    """The facts of a table's row that a case holds, in the order of the case."""
    return tuple(path for path in flat(Case()) if path.partition(".")[0] in TABLES[table].groups)


@cache
def _links() -> tuple[tuple[str, str], ...]:
    """The facts by which one record of a case names another, each with the group of the other."""
    names = ("encounter", "prescription", "claim", "stay")
    return tuple((f"{a}.{b}_id", b) for a in names for b in names if f"{a}.{b}_id" in column_kinds())


def world_of(
    case: Case, record: Record | None = None, base: World | None = None, flat_case: Facts | None = None
) -> World:
    """A case as rows of the tables, each under the parents that it has in the case, over the world that was there.

    `flat_case` is the case flat, if it is at hand.
    """
    facts, world = flat(case) if flat_case is None else flat_case, World(base)
    stamped = values("record", record or Record())
    ids = {name: facts.get(f"{name}.id") for name in ("encounter", "prescription", "claim", "stay")}
    links = {path: ids[other] for path, other in _links()}
    for table in TABLES.values():
        if (
            table.scope is not None
            and table.name not in {"lines", "packs", "items"}
            and facts.get(table.key) is not None
        ):
            own = {path: facts[path] for path in _paths_of_case(table.name)}
            world.add(table.name, own | _missing(own, links) | stamped)
    for name, rows in (("lines", case.lines), ("items", case.items), ("packs", case.packs)):
        group = name[:-1]
        for row in rows:
            own = values(group, row)
            above = {f"{group}.{other}_id": value for other, value in ids.items()}
            world.add(name, own | _missing(own, above) | (stamped if name != "lines" else {}))
    return world


def _missing(row: Facts, offered: Mapping[str, Plain]) -> Facts:
    """What is offered for facts that the row has and does not know."""
    return {path: value for path, value in offered.items() if path in row and row[path] is None}
