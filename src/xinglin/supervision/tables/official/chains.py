"""Which record is in force on which day: chains of revised records resolved, days of publication found.

Early batches carry no day of publication. Such a record was published at the latest on the first dated publication
that either has a higher batch number or revises a batch of that number or above; from that day it certainly stood.
An operator who knows the day says so, and that day is taken instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from xinglin.supervision.tables.official.files import RECORDS_FILE, BadRecords, Published, Record
from xinglin.supervision.tables.official.text import normal


@dataclass(frozen=True, slots=True)
class Dated:
    """A record and the days on which it holds. `since` None: no day is known. `successor`: the one that replaced it."""

    record: Record
    since: date | None
    until: date | None
    successor: str

    @property
    def held(self) -> bool:
        """Whether there is a day on which the record certainly held."""
        return self.since is not None and (self.until is None or self.since <= self.until)


def date_records(published: Published, undated_since: date | None = None) -> tuple[Dated, ...]:
    """Every record with its days. Raises BadRecords where a chain is broken, circular, forked or runs backwards."""
    by_id = {record.id: record for record in published.records}
    successors = _successors(published.records, by_id)
    bounds = _latest_days(published.records, by_id)

    def since(record: Record) -> date | None:
        if record.published_on is not None:
            return record.published_on
        return undated_since or (bounds.get(record.batch) if record.batch is not None else None)

    dated = []
    for record in published.records:
        later = successors.get(record.id)
        begin = since(later) if later else None
        until = begin - timedelta(days=1) if begin else None
        first = since(record)
        if later and begin is None:
            first = None
        dated.append(Dated(record, first, until, later.id if later else ""))
    return tuple(dated)


def _successors(records: tuple[Record, ...], by_id: dict[str, Record]) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for record in records:
        if not record.supersedes:
            continue
        earlier = by_id.get(record.supersedes)
        if earlier is None or earlier is record:
            raise _wrong(record, f"{record.supersedes} must be the id of another record of this file")
        if normal(earlier.rule_class) != normal(record.rule_class):
            raise _wrong(
                record, f"{earlier.id} is of the class {earlier.rule_class}; a record replaces one of its class"
            )
        if earlier.id in found:
            raise _wrong(record, f"{earlier.id} is already replaced by {found[earlier.id].id}")
        if earlier.published_on and record.published_on and record.published_on < earlier.published_on:
            raise _wrong(record, f"{earlier.id} was published later, on {earlier.published_on}")
        found[earlier.id] = record
    _refuse_circles(records, by_id)
    return found


def _refuse_circles(records: tuple[Record, ...], by_id: dict[str, Record]) -> None:
    sound: set[str] = set()
    for record in records:
        path: list[str] = []
        step: Record | None = record
        while step is not None and step.id not in sound:
            if step.id in path:
                raise _wrong(step, f"the chain {' → '.join([*path, step.id])} leads back to itself")
            path.append(step.id)
            step = by_id[step.supersedes] if step.supersedes else None
        sound.update(path)


def _wrong(record: Record, right: str) -> BadRecords:
    return BadRecords(RECORDS_FILE, record.row, "supersedes", right)


def _latest_days(records: tuple[Record, ...], by_id: dict[str, Record]) -> dict[int, date]:
    """By batch number, the day on which it was published at the latest."""
    witnesses: list[tuple[int, date]] = []
    for record in records:
        if record.published_on is None:
            continue
        revised = by_id[record.supersedes].batch if record.supersedes else None
        witnesses += [(batch, record.published_on) for batch in (record.batch, revised) if batch is not None]
    numbers = {record.batch for record in records if record.batch is not None}
    return {number: min(days) for number in numbers if (days := [day for batch, day in witnesses if batch >= number])}
