"""All published records together: what each yields, what became of it, and the rows that the tables take.

Counts hold: records = superseded + usable + partly usable + unusable. A superseded record still yields rows for the
days on which it held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.tables.official.chains import Dated, date_records
from xinglin.supervision.tables.official.files import PAIRS_FILE, RECORDS_FILE, Pair, Published, read_published
from xinglin.supervision.tables.official.rows import PAIRS_CLASS, READERS, Taken
from xinglin.supervision.tables.official.text import normal
from xinglin.supervision.tables.rows import Cell

PAIRS_TABLE: Final = "duplicate_pair"


@dataclass(frozen=True, slots=True)
class Row:
    """A row for a table, with the record that it comes from."""

    table: str
    key: tuple[str, ...]
    values: Mapping[str, Cell]
    since: date
    until: date | None
    source: Dated


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the report: a record (or a row that is none) and what is to be said of it."""

    what: str
    file: str
    row: int
    id: str
    rule_class: str
    item: str
    detail: str = ""


@dataclass(slots=True)
class Summary:
    """What became of the records of one class. `reasons` counts the unusable, `conditions` what is not judged."""

    seq: int
    name: str
    table: str
    records: int = 0
    superseded: int = 0
    usable: int = 0
    partly: int = 0
    unusable: int = 0
    contradictions: int = 0
    rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    conditions: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Imported:
    """The result: rows for the tables, a summary a class, and everything that a person should know."""

    published: Published
    rows: tuple[Row, ...]
    summaries: tuple[Summary, ...]
    unusable: tuple[Entry, ...]
    partly: tuple[Entry, ...]
    contradictions: tuple[Entry, ...]
    windows: Mapping[str, int]


def import_published(folder: Path, knowledge: Knowledge, *, undated_since: date | None = None) -> Imported:
    """Read a folder of published files for the tables of `knowledge`. Raises BadRecords; writes nothing.

    `undated_since` is the day from which records without a day of publication hold, where the operator knows it.
    """
    published = read_published(folder)
    dated = date_records(published, undated_since)
    work = _Work(published, knowledge, dated)
    return work.result()


class _Work:
    """The course of one import."""

    def __init__(self, published: Published, knowledge: Knowledge, dated: tuple[Dated, ...]) -> None:
        self.published = published
        self.dated = dated
        self.arity = {lookup.table: len(lookup.keys) for lookup in knowledge.lookups.values()}
        self.columns: dict[str, set[str]] = {}
        for lookup in knowledge.lookups.values():
            self.columns.setdefault(lookup.table, set()).add(lookup.column)
        self.pairs = {(pair.main, pair.sub): pair for pair in published.pairs}
        self.summaries = {one.seq: Summary(one.seq, one.name, self._table(one.seq)) for one in published.classes}
        self.unusable: list[Entry] = []
        self.partly: list[Entry] = []
        self.contradictions: list[Entry] = [
            Entry("list", one.file, one.row, one.code, one.here, one.name) for one in published.lists
        ]

    def _table(self, seq: int) -> str:
        table = PAIRS_TABLE if seq == PAIRS_CLASS else READERS.get(seq, ("",))[0]
        return table if table in self.arity else ""

    def result(self) -> Imported:
        taken = [(dated, self._take(dated)) for dated in self.dated]
        rows, lost = self._settle(row for dated, said in taken for row in self._rows(dated, said))
        self._unlisted_pairs()
        self._twice()
        for dated, said in taken:
            self._count(dated, said, lost.get(dated.record.id, 0))
        for row in rows:
            self._summary(row.source).rows += 1
        return Imported(
            self.published,
            rows,
            tuple(self.summaries[seq] for seq in sorted(self.summaries)),
            tuple(self.unusable),
            tuple(self.partly),
            tuple(self.contradictions),
            Counter(pair.window for pair in self.published.pairs),
        )

    def _summary(self, dated: Dated) -> Summary:
        return self.summaries[self.published.class_of(dated.record).seq]

    def _entry(self, what: str, dated: Dated, detail: str = "") -> Entry:
        record = dated.record
        return Entry(what, RECORDS_FILE, record.row, record.id, record.rule_class, record.name, detail)

    def _contradict(self, what: str, dated: Dated, detail: str) -> None:
        self.contradictions.append(self._entry(what, dated, detail))
        self._summary(dated).contradictions += 1

    def _take(self, dated: Dated) -> Taken:
        """What one record says, without regard to the others."""
        record, one = dated.record, self.published.class_of(dated.record)
        if record.class_code and one.code and record.class_code != one.code:
            self._contradict("class_code", dated, f"{record.class_code}, {one.code}")
        if record.level_2 and (record.level_1, record.level_2) != (one.level_1, one.level_2):
            self._contradict("class_path", dated, f"{record.level_2}, {one.level_2}")
        if not record.codes:
            if record.odd_codes:
                return Taken(None, "words_for_codes")
            return Taken(None, "note" if record.name.startswith("说明") else "no_code")
        if not self._table(one.seq):
            return Taken(None, "no_table")
        taken = self._take_pair(dated) if one.seq == PAIRS_CLASS else READERS[one.seq][1](record)
        for what, detail in taken.contradictions:
            self._contradict(what, dated, detail)
        if taken.values is not None and not taken.values.keys() & self.columns[self._table(one.seq)]:
            return Taken(None, "no_table")
        if taken.values is not None and not dated.held:
            return Taken(None, "never_in_force" if dated.successor else "undated")
        if record.odd_codes and taken.values is not None:
            taken = replace(taken, partly=(*taken.partly, "odd_codes"))
        return taken

    def _take_pair(self, dated: Dated) -> Taken:
        codes = dated.record.codes
        if len(codes) != 2:
            return Taken(None, "not_a_pair")
        pair: Pair | None = self.pairs.get((codes[0], codes[1]))
        if pair is None:
            return Taken(None, "window_missing", contradictions=(("pair", " | ".join(codes)),))
        differs = normal(pair.note) != normal(dated.record.text)
        wrong = (("pair", f"{PAIRS_FILE}, row {pair.row}: {pair.note}"),) if differs else ()
        return Taken({"window": pair.window}, contradictions=wrong)

    def _rows(self, dated: Dated, taken: Taken) -> Iterable[Row]:
        if taken.values is None or dated.since is None:
            return
        table = self._table(self.published.class_of(dated.record).seq)
        codes = dated.record.codes
        keys = [codes] if table == PAIRS_TABLE else [(code,) for code in codes]
        for key in keys:
            if len(key) == self.arity[table]:
                yield Row(table, key, taken.values, dated.since, dated.until, dated)

    def _settle(self, rows: Iterable[Row]) -> tuple[tuple[Row, ...], Counter[str]]:
        """One row a key and day: equal ones are joined, a later one ends an earlier one, equals in rank both go."""
        by_key: dict[tuple[str, tuple[str, ...]], list[Row]] = {}
        for row in rows:
            by_key.setdefault((row.table, row.key), []).append(row)
        settled: list[Row] = []
        lost: Counter[str] = Counter()
        for group in by_key.values():
            settled += self._settle_key(group, lost) if len(group) > 1 else group
        settled.sort(key=lambda row: (row.table, row.key, row.since))
        return tuple(settled), lost

    def _settle_key(self, group: list[Row], lost: Counter[str]) -> list[Row]:
        by_day: dict[date, list[Row]] = {}
        for row in sorted(group, key=lambda row: row.since):
            by_day.setdefault(row.since, []).append(row)
        kept: list[Row] = []
        for same_day in by_day.values():
            if any(dict(row.values) != dict(same_day[0].values) for row in same_day):
                for row in same_day:
                    lost[row.source.record.id] += 1
                    self._contradict("values", row.source, f"{'/'.join(row.key)}: {_told(row)}")
                continue
            row = max(same_day, key=lambda row: row.until or date.max)
            if kept and (kept[-1].until is None or row.since <= kept[-1].until):
                earlier = kept.pop()
                if dict(earlier.values) == dict(row.values):
                    longest = max((earlier, row), key=lambda row: row.until or date.max)
                    row = replace(earlier, until=longest.until)
                else:
                    self._contradict("unnamed_successor", row.source, f"{'/'.join(row.key)}: {_told(earlier)}")
                    kept.append(replace(earlier, until=row.since - timedelta(days=1)))
            kept.append(row)
        return kept

    def _unlisted_pairs(self) -> None:
        """Pairs of the list that no record names."""
        named = {dated.record.codes for dated in self.dated}
        for pair in self.published.pairs:
            if (pair.main, pair.sub) not in named:
                one = next((one for one in self.published.classes if one.seq == PAIRS_CLASS), None)
                name = one.name if one else ""
                item = f"{pair.main} | {pair.sub}"
                self.contradictions.append(Entry("pair", PAIRS_FILE, pair.row, "", name, item, pair.note))
                if one:
                    self.summaries[one.seq].contradictions += 1

    def _twice(self) -> None:
        """Records in force that are equal once signs have one width."""
        seen: dict[tuple[str, str, str, tuple[str, ...]], str] = {}
        for dated in self.dated:
            record = dated.record
            form = (normal(record.rule_class), normal(record.name), normal(record.text), tuple(sorted(record.codes)))
            if dated.successor:
                continue
            if form in seen:
                self._contradict("twice", dated, seen[form])
            else:
                seen[form] = record.id

    def _count(self, dated: Dated, taken: Taken, lost: int) -> None:
        summary = self._summary(dated)
        summary.records += 1
        if dated.successor:
            summary.superseded += 1
            return
        if taken.values is not None and lost >= len(dated.record.codes):
            taken = Taken(None, "ambiguous")
        if taken.values is None:
            summary.unusable += 1
            summary.reasons[taken.reason] += 1
            self.unusable.append(self._entry(taken.reason, dated, dated.record.text))
        elif taken.partly:
            summary.partly += 1
            summary.conditions.update(taken.partly)
            self.partly += [self._entry(what, dated, dated.record.text) for what in taken.partly]
        else:
            summary.usable += 1


def _told(row: Row) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(row.values.items()))
