"""A few days of a small city judged twice: control and audit agree, hindsight is explained, and a lie is noticed."""

import os
from collections.abc import Container, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from xinglin.benefits.policy import demo_book
from xinglin.hospital.demo.city.city import build
from xinglin.hospital.demo.pricing import price_list
from xinglin.hospital.demo.replay import (
    STATISTICS,
    Answers,
    Book,
    Cases,
    Given,
    Place,
    audit_all,
    books,
    compare,
    control_all,
)
from xinglin.hospital.demo.replay_causes import Hindsight, explain_all
from xinglin.hospital.demo.replay_page import CITY_DATE
from xinglin.hospital.demo.replay_shares import PIECES, Part, PartFailed, beside, control_shares, mark
from xinglin.supervision.facts.lake import TABLES, World
from xinglin.supervision.tables import load_knowledge

PERSONS = 25
Year = tuple[Book, Book, dict[Place, Given], World]


@cache
def year() -> Year:
    """The year of a few persons, some of whom were refunded or corrected."""
    city = build(seed=101, scale=0.001, city_date=CITY_DATE, prices=price_list(), book=demo_book())
    first, last = (_of_few(book) for book in books(city))
    cases = list(Cases(first, last).all())
    given, history = control_all(first, cases, load_knowledge(), say=lambda _: None)
    return first, last, given, history


def _of_few(book: Book) -> Book:
    """What belongs to the persons of the first visits that were refunded, and of some others."""
    refunded = {row["item.encounter_id"] for (table, _), row in book.rows.items() if row.get("item.origin_id")}
    visits = {key: row["patient.id"] for (table, key), row in book.rows.items() if table == "encounters"}
    persons = sorted({visits[key] for key in refunded} or set(visits.values()))[:PERSONS]
    chosen = {key for key, person in visits.items() if person in persons}
    found = Book()
    for (table, _), row in book.rows.items():
        own = row.get("encounter.id") or next((row[path] for path in row if path.endswith(".encounter_id")), None)
        if table == "lines":
            own = book.rows["prescriptions", row["line.prescription_id"]]["prescription.encounter_id"]
        if TABLES[table].scope not in STATISTICS and (own is None or own in chosen):
            found.add(table, dict(row))
    return found


def test_control_and_audit_say_the_same(tmp_path: Path) -> None:
    first, _, given, _ = year()
    first.write(tmp_path)
    found = compare(given, audit_all(tmp_path, load_knowledge(), then=True))
    assert found.identical, (found.unlike[:5], found.alone[:5])
    assert sum(found.verdicts.values()) == len(given) > 1000


def test_hindsight_is_explained_and_a_lie_is_not(tmp_path: Path) -> None:
    _, last, given, history = year()
    last.write(tmp_path)
    said = list(audit_all(tmp_path, load_knowledge(), then=False))
    years = Hindsight(history, last, load_knowledge())
    found = explain_all(years, given, said)
    assert found.differing > 0
    assert found.unexplained == []
    assert set(found.causes) & {"refund", "came_later", "other_institution"}
    other = next(iter(said))
    place = other.core.rule, other.core.subject
    lie = {**given, place: Given(given[place].outcome, bytes(32))}
    assert explain_all(years, lie, [other]).unexplained == [place]


def test_a_control_that_was_broken_off_goes_on_and_says_the_same(tmp_path: Path) -> None:
    first, last, given, _ = year()
    heard: list[str] = []
    parts = control_shares(first, list(Cases(first, last).all()), load_knowledge(), say=lambda _: None)
    with pytest.raises(PartFailed, match=r"control-1-of-2 \(9\)"):
        beside([_falls(parts[0], 5), parts[1]], tmp_path, "city", say=heard.append)
    assert len(list(tmp_path.glob("*.pickle"))) == 5 + PIECES
    assert heard == []
    done = beside(parts, tmp_path, "city", say=heard.append)
    assert heard == [f"control-{n}-of-2: kept from an earlier run: {k} of {PIECES}" for n, k in ((1, 5), (2, PIECES))]
    whole = Answers()
    for answers in (one for part in done for one in part.answers):
        whole.take(answers)
    assert dict(whole) == dict(given)


def _falls(part: Part, after: int) -> Part:
    """The part, in a process that ends when it has answered so many pieces."""

    def work(kept: Container[int]) -> Iterator[tuple[int, Any]]:
        for number, answered in enumerate(part.work(kept)):
            if number == after:
                os._exit(9)
            yield answered

    return replace(part, work=work)


def test_what_is_kept_is_of_one_city_and_one_knowledge() -> None:
    knowledge = load_knowledge()
    assert mark(101, 0.1, knowledge) == mark(101, 0.1, knowledge)
    assert len({mark(101, 0.1, knowledge), mark(102, 0.1, knowledge), mark(101, 0.2, knowledge)}) == 3
