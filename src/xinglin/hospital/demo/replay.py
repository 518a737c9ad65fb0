"""The replay proof: a year judged case by case at control, and again by the audit in one pass. Pure but for the lake.

A case is what is judged together: a visit with its prescription, or a claim with its items and packs. It is judged when
its rows are here: own care at once, that of others when it arrives. At control the history holds the rows that had
arrived by then and no other; they enter it in the order of their arrival. The audit asks the same of the whole lake at
once. Both must say the same of every subject, hash for hash.
"""

from __future__ import annotations

import pickle
import sys
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final
from zlib import crc32

from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.lake import lake_rows, write_rows
from xinglin.hospital.demo.replay_answers import Answers, Given, Tally, keep_hashed
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.engines.columns.auditor import ColumnAuditor
from xinglin.supervision.engines.columns.duck import Duck
from xinglin.supervision.engines.columns.wide import Lake
from xinglin.supervision.facts.case import GROUPS, MANY, Case
from xinglin.supervision.facts.lake import TABLES, Facts, World
from xinglin.supervision.moments import control
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Plain, Scope

Key = tuple[str, str]
"""A table and the key of a row in it."""
Say = Callable[[str], None]
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
OF_VISIT: Final = frozenset({Scope.ENCOUNTER, Scope.STAY, Scope.PRESCRIPTION, Scope.LINE})
OF_CLAIM: Final = frozenset({Scope.CLAIM, Scope.ITEM, Scope.PACK})


SAVED: Final = 10_000
"""Rows that are saved, and read again, at once."""
AUDIT_MEMORY: Final = "2GB"


@dataclass
class Book:
    """The rows of a year by table and key, in the order in which they were written down."""

    rows: dict[Key, Facts] = field(default_factory=dict)

    def add(self, table: str, row: Facts) -> None:
        """One row. Raises ValueError for a key that is there already."""
        key = table, str(row[TABLES[table].key])
        if key in self.rows:
            raise ValueError(f"two rows of {table} have the key {key[1]}")
        self.rows[key] = row

    def has(self, table: str, row: Facts) -> Facts | None:
        """The row with the same key, if there is one."""
        return self.rows.get((table, str(row[TABLES[table].key])))

    def write(self, folder: Path) -> None:
        """The book as a lake."""
        write_rows(((table, row) for (table, _), row in self.rows.items()), folder)

    def save(self, path: Path, over: Book | None = None) -> None:
        """The book as a file, to be loaded again; of rows that it shares with the book `over` no more than the key."""
        shared = {} if over is None else over.rows
        with path.open("wb") as file:
            some: list[tuple[Key, Facts | None]] = []
            for key, row in self.rows.items():
                some.append((key, None if shared.get(key) is row else row))
                if len(some) == SAVED:
                    pickle.dump(some, file, protocol=pickle.HIGHEST_PROTOCOL)
                    some = []
            pickle.dump(some, file, protocol=pickle.HIGHEST_PROTOCOL)

    @classmethod
    def load(cls, path: Path, over: Book | None = None) -> Book:
        """A book that was saved. Equal values are held once: two processes have a year of a city each."""
        made, names, held = cls(), sys.intern, defaultdict[type, dict[Plain, Plain]](dict)
        with path.open("rb") as file:
            while some := _loaded(file):
                for (table, key), row in some:
                    place = names(table), key
                    if row is None:
                        assert over is not None, "rows that another book holds"
                        made.rows[place] = over.rows[place]
                    else:
                        made.rows[place] = {
                            names(path): held[type(value)].setdefault(value, value) for path, value in row.items()
                        }
        return made


def _loaded(file: BinaryIO) -> list[tuple[Key, Facts | None]]:
    """The next rows of a saved book; none at its end."""
    try:
        found: list[tuple[Key, Facts | None]] = pickle.load(file)  # Written by this run, or by one of the same mark.
    except EOFError:
        return []
    return found


@dataclass(frozen=True, slots=True)
class Judging:
    """One case as it came to control: when, about what, and which rules are asked."""

    at: datetime
    person: str
    """Whose case it is; empty for a statistic."""
    scopes: frozenset[Scope]
    make: Callable[[], Case]
    """The case, put together when it is judged: a year of them would not find room."""


def books(city: City) -> tuple[Book, Book]:
    """The year as it was written down at first, and as it stands at the end; both with every row that ever came."""
    first, last = Book(), Book()
    for table, row in lake_rows(city, final=False):
        first.add(table, _known(row))
    for table, whole in lake_rows(city, final=True):
        row = _known(whole)
        former = first.has(table, row)
        last.add(table, former if former == row else row)
        if former is None and TABLES[table].scope not in STATISTICS:
            first.add(table, row)
    return first, last


def _known(row: Facts) -> Facts:
    """What is known of a row: a year of a city has to find room."""
    return {path: value for path, value in row.items() if value is not None}


STATISTICS: Final = frozenset({Scope.PRACTICE, Scope.RING})
"""Computed over all of the others at the end of the year."""


class Cases:
    """The cases of a book; making them writes into its rows when each was judged."""

    def __init__(self, book: Book, other: Book) -> None:
        self._book, self._other = book, other
        self._of: dict[tuple[str, str], list[Facts]] = defaultdict(list)
        for (table, _), row in book.rows.items():
            path = LINKS.get(table)
            if path is not None:
                self._of[table, str(row.get(path))].append(row)

    def all(self) -> Iterator[Judging]:
        """Every case, visit after visit; statistics last."""
        for (table, key), row in self._book.rows.items():
            if table == "encounters":
                yield self._visit(key, row)
                for claim in self._of["claims", key]:
                    yield from self._claim(key, row, claim)
            elif TABLES[table].scope in STATISTICS:
                scope = TABLES[table].scope
                assert scope is not None
                yield Judging(BEGINNING, "", frozenset({scope}), partial(_case, row))

    def _visit(self, key: str, encounter: Facts) -> Judging:
        stays, written = self._of["stays", key], self._of["prescriptions", key]
        lines = [line for one in written for line in self._of["lines", str(one["prescription.id"])]]
        at = self._judged(("encounters", [encounter]), ("stays", stays), ("prescriptions", written))
        return self._judging(at, OF_VISIT, encounter, *stays, *written, lines=lines)

    def _claim(self, key: str, encounter: Facts, claim: Facts) -> Iterator[Judging]:
        """The claim with what it charges; each refund is a case of its own, when it came."""
        stays, of = self._of["stays", key], claim.get("claim.prescription_id")
        written = [one for one in self._of["prescriptions", key] if one["prescription.id"] == of]
        lines = [line for one in written for line in self._of["lines", str(one["prescription.id"])]]
        charged = self._of["items", str(claim["claim.id"])]
        items = [item for item in charged if not item.get("item.origin_id")]
        packs = [pack for item in items for pack in self._of["packs", str(item["item.id"])]]
        arrived = self._arrived(encounter, *stays, *written)
        at = self._judged(("claims", [claim]), ("items", items), ("packs", packs), since=arrived)
        rows = (encounter, *stays, *written, claim)
        yield self._judging(at, OF_CLAIM, *rows, lines=lines, items=items, packs=packs)
        for refund in (item for item in charged if item.get("item.origin_id")):
            later = self._judged(("items", [refund]), since=at)
            yield self._judging(later, frozenset({Scope.ITEM}), encounter, *stays, claim, items=[refund])

    def _judging(self, at: datetime, scopes: frozenset[Scope], *rows: Facts, **parts: list[Facts]) -> Judging:
        return Judging(at, str(rows[0].get("patient.id")), scopes, partial(_case, *rows, **parts))

    def _arrived(self, *rows: Facts) -> datetime:
        return max((_instant(row.get("record.known_at")) for row in rows), default=BEGINNING)

    def _judged(self, *parts: tuple[str, list[Facts]], since: datetime = BEGINNING) -> datetime:
        """When all rows of a case were here and asked about; written into the rows of both books."""
        rows = [row for _, part in parts for row in part]
        at = max([since, self._arrived(*rows), *(_instant(row.get("record.asked_at")) for row in rows)])
        for table, part in parts:
            for row in part:
                row["record.asked_at"] = at
                twin = self._other.rows.get((table, str(row[TABLES[table].key])))
                if twin is not None:
                    twin["record.asked_at"] = at
        return at


LINKS: Final[Mapping[str, str]] = {
    "stays": "stay.encounter_id",
    "prescriptions": "prescription.encounter_id",
    "lines": "line.prescription_id",
    "claims": "claim.encounter_id",
    "items": "item.claim_id",
    "packs": "pack.item_id",
}
"""By which fact the rows of a case are found."""


def _instant(value: object) -> datetime:
    return value if isinstance(value, datetime) else BEGINNING


def _case(*rows: Facts, lines: Iterable[Facts] = (), items: Iterable[Facts] = (), packs: Iterable[Facts] = ()) -> Case:
    """The facts of rows as a case."""
    made: dict[str, Any] = {}
    for row in rows:
        groups = {path.partition(".")[0] for path in row} & GROUPS.keys()
        made |= {name: _group(name, row) for name in groups}
    for name, part in (("lines", lines), ("items", items), ("packs", packs)):
        made[name] = tuple(_group(MANY[name], row) for row in part)
    return Case(**made)


def _group(name: str, row: Facts) -> Any:
    kind = GROUPS[name]
    return kind(**{f.name: row.get(f"{name}.{f.name}") for f in fields(kind)})  # type: ignore[arg-type]


def arrivals(book: Book) -> list[tuple[datetime, str, Facts]]:
    """Every row in the order in which it came here; what belongs to a prescription comes with it."""
    order = {name: number for number, name in enumerate(TABLES)}
    found = []
    for (table, _), row in book.rows.items():
        known = row.get("record.known_at")
        if table == "lines":
            known = book.rows["prescriptions", str(row["line.prescription_id"])].get("record.known_at")
        found.append((_instant(known), table, row))
    return sorted(found, key=lambda one: (one[0], order[one[1]]))


def control_pieces(
    book: Book,
    cases: Iterable[Judging],
    knowledge: Knowledge,
    history: World,
    *,
    say: Say,
    share: tuple[int, int] = (0, 1),
    pieces: int = 1,
    without: Container[int] = (),
) -> Iterator[tuple[int, Answers]]:
    """The cases of a share of the persons at control, in the order of judging and in pieces of the year: of share 0
    of 1, all of them.

    `history` is filled on the way, the same in every share. What is said of each piece is given with its number; the
    pieces `without` are left out, and only their rows enter the history.
    """
    coming = iter(arrivals(book))
    pending = next(coming, None)
    ordered = sorted(cases, key=lambda one: one.at)
    for piece in range(pieces):
        given = Answers()
        chosen = ordered[len(ordered) * piece // pieces : len(ordered) * (piece + 1) // pieces]
        for judging in () if piece in without else chosen:
            while pending is not None and pending[0] <= judging.at:
                history.extend(pending[1], (pending[2],))
                pending = next(coming, None)
            if crc32(judging.person.encode()) % share[1] == share[0]:
                _judge(judging, knowledge, history, given)
        if piece not in without:
            say(f"piece {piece + 1} of {pieces} in share {share[0] + 1} of {share[1]}: {given.tally.count} verdicts")
            yield piece, given
    while pending is not None:
        history.extend(pending[1], (pending[2],))
        pending = next(coming, None)


def _judge(judging: Judging, knowledge: Knowledge, history: World, given: Answers) -> None:
    asked = ASKED.get(judging.scopes) or asked_of(judging.scopes)
    judged = control(judging.make(), knowledge=knowledge, judged_at=judging.at, only=asked, history=history)
    for verdict in judged.verdicts:
        core = verdict.core
        given.put(core.rule, core.subject, Given(core.outcome, bytes.fromhex(core.hash)))


def asked_of(scopes: frozenset[Scope]) -> frozenset[str]:
    """The rules of scopes."""
    return frozenset(rule.id for rule in RULES if rule.scope in scopes)


ASKED: Final = {scopes: asked_of(scopes) for scopes in (OF_VISIT, OF_CLAIM, frozenset({Scope.ITEM}))}


def audit_all(
    lake: Path, knowledge: Knowledge, into: Path, *, then: bool, without: Container[int] = ()
) -> Iterator[tuple[int, Tally]]:
    """What the audit says of every subject of a lake, in one pass; kept in a folder scope by scope, and given with the
    number of the scope. The scopes `without` are left out."""
    engine = Duck(memory=AUDIT_MEMORY, spill=into.with_suffix(".spill"), threads=1)
    try:
        auditor = ColumnAuditor(Lake(engine, lake), knowledge, RULES, then=then)
        there = set(auditor.scopes())
        for number, scope in enumerate(Scope):
            if number in without:
                continue
            if scope in there:
                judged = auditor.judge(scope)
                yield number, keep_hashed(scope, judged.hashed(), into)
                judged.forget()
            else:
                yield number, keep_hashed(scope, (), into)
    finally:
        engine.close()
