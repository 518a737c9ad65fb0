"""A few days of a small city judged twice: control and audit agree, hindsight is explained, and a lie is noticed."""

import os
from collections.abc import Callable, Container, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from xinglin.benefits.policy import demo_book
from xinglin.hospital.demo.city.city import build
from xinglin.hospital.demo.pricing import price_list
from xinglin.hospital.demo.replay import STATISTICS, Book, Cases, audit_all, books, control_pieces
from xinglin.hospital.demo.replay_answers import RULES_OF, Answers, Given, Place, Tally, compare, differences
from xinglin.hospital.demo.replay_causes import Explained, Hindsight, explain_all
from xinglin.hospital.demo.replay_page import CITY_DATE
from xinglin.hospital.demo.replay_shares import (
    PIECES,
    Part,
    PartFailed,
    beside,
    control_shares,
    every_control,
    mark,
    world_of_book,
)
from xinglin.supervision.engines.columns import expressions
from xinglin.supervision.facts.lake import TABLES, World
from xinglin.supervision.tables import load_knowledge
from xinglin.supervision.verdicts import Outcome, Scope

PERSONS = 25
Verdicts = dict[Place, Given]
Year = tuple[Book, Book, Verdicts]


@cache
def year() -> Year:
    """The year of a few persons, some of whom were refunded or corrected."""
    city = build(seed=101, scale=0.001, city_date=CITY_DATE, prices=price_list(), book=demo_book())
    first, last = (_of_few(book) for book in books(city))
    cases = list(Cases(first, last).all())
    ((_, given),) = control_pieces(first, cases, load_knowledge(), World(), say=lambda _: None)
    return first, last, dict(given)


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


def kept(given: Verdicts, folder: Path) -> Path:
    """Verdicts of control, written down."""
    answers = Answers()
    for (rule, subject), one in given.items():
        answers.put(rule, subject, one)
    assert answers.keep(folder).count == len(given)
    return folder


@cache
def audited(then: bool, folder: Path, *scopes: Scope) -> tuple[Path, Tally]:
    """What the audit says of the year."""
    lake, into, whole = folder / "lake", folder / "audit", Tally()
    year()[0 if then else 1].write(lake)
    without = {number for number, scope in enumerate(Scope) if scopes and scope not in scopes}
    for _, tally in audit_all(lake, load_knowledge(), into, then=then, without=without):
        whole.add(tally)
    return into, whole


@pytest.fixture(scope="module")
def then(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tally]:
    """The audit of what was known then."""
    return audited(True, tmp_path_factory.mktemp("then"))


def test_control_and_audit_say_the_same(then: tuple[Path, Tally], tmp_path: Path) -> None:
    given = year()[2]
    found = compare([kept(given, tmp_path)], *then)
    assert found.identical, (found.unlike[:5], found.alone[:5])
    assert sum(found.verdicts.values()) == sum(found.outcomes.values()) == then[1].count == len(given) > 1000
    assert found.outcomes == {outcome: sum(one.outcome is outcome for one in given.values()) for outcome in Outcome}


def test_every_verdict_is_compared(then: tuple[Path, Tally], tmp_path: Path) -> None:
    """One bit of one hash, one verdict too few and one too many: each is named, and nothing else is."""
    given = dict(year()[2])
    changed, left_out = sorted(given)[7], sorted(given)[-7]
    former = given[changed]
    given[changed] = Given(former.outcome, bytes([former.hash[0] ^ 1]) + former.hash[1:])
    del given[left_out]
    made_up = RULES_OF[Scope.CLAIM][0], "claim of nobody"
    given[made_up] = former
    found = compare([kept(given, tmp_path)], *then)
    assert found.unlike == [changed]
    assert sorted(found.alone) == sorted([left_out, made_up])
    assert not found.identical
    assert sum(found.verdicts.values()) == then[1].count - 1


def test_a_subject_that_is_judged_in_two_shares_is_no_proof(then: tuple[Path, Tally], tmp_path: Path) -> None:
    given = year()[2]
    claim = next(place for place in given if place[0] == RULES_OF[Scope.CLAIM][0])
    control = [kept(given, tmp_path / "1"), kept({claim: given[claim]}, tmp_path / "2")]
    with pytest.raises(ValueError, match="control has judged 1 subjects of scope claim twice"):
        compare(control, *then)


@pytest.mark.parametrize(
    ("word", "wrong"), [("and", lambda _, a, b: a | b), ("<", lambda _, a, b: a <= b)], ids=["and is or", "< is <="]
)
def test_a_broken_audit_is_noticed(
    word: str, wrong: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word that the columns read otherwise than control does: the replay names the verdicts that differ."""
    monkeypatch.setitem(expressions.WORDS, word, wrong)
    broken, tally = audited.__wrapped__(True, tmp_path, *BROKEN_IN)
    given = {place: one for place, one in year()[2].items() if place[0] in {r for s in BROKEN_IN for r in RULES_OF[s]}}
    found = [one for scope in BROKEN_IN for one in differences(scope, [kept(given, tmp_path / "control")], broken)]
    assert tally.count == len(given)
    assert found
    assert any(one.control and one.audit and one.control.outcome is not one.audit.outcome for one in found)


BROKEN_IN = (Scope.ENCOUNTER, Scope.LINE)


def test_hindsight_is_explained_and_a_lie_is_not(tmp_path: Path) -> None:
    first, last, given = year()
    audit, tally = audited(False, tmp_path)
    years = Hindsight(world_of_book(first), last, load_knowledge())

    def explained(verdicts: Verdicts, name: str) -> Explained:
        control = [kept(verdicts, tmp_path / name)]
        return explain_all(years, (one for scope in Scope for one in differences(scope, control, audit)))

    found = explained(given, "true")
    assert 0 < found.differing < tally.count
    assert found.unexplained == []
    assert set(found.causes) & {"refund", "came_later", "other_institution"}
    place = min(given)
    lie = {**given, place: Given(given[place].outcome, bytes(32))}
    assert explained(lie, "lie").unexplained == [place]


def test_a_book_is_loaded_as_it_was_saved(tmp_path: Path) -> None:
    first, last, _ = year()
    last = Book({key: first.rows[key] if first.rows.get(key) == row else row for key, row in last.rows.items()})
    first.save(tmp_path / "first")
    last.save(tmp_path / "last", first)
    loaded = Book.load(tmp_path / "first")
    again = Book.load(tmp_path / "last", loaded)
    for book, other in ((first, loaded), (last, again)):
        assert list(book.rows.items()) == list(other.rows.items())
        kinds = [[type(value) for value in row.values()] for row in book.rows.values()]
        assert kinds == [[type(value) for value in row.values()] for row in other.rows.values()]
    assert [again.rows[key] is loaded.rows.get(key) for key in again.rows] == [
        last.rows[key] is first.rows.get(key) for key in last.rows
    ]


def test_a_control_that_was_broken_off_goes_on_and_says_the_same(tmp_path: Path) -> None:
    first, _, given = year()
    heard: list[str] = []
    first.save(tmp_path / "city-then.book")
    parts = control_shares(tmp_path, "city", load_knowledge(), say=lambda _: None)
    with pytest.raises(PartFailed, match=r"control-1-of-2 \(9\)"):
        beside([_falls(parts[0], 5), parts[1]], tmp_path, "city", say=heard.append)
    assert len(list(tmp_path.glob("*.pickle"))) == 5 + PIECES
    assert heard == []
    done = beside(parts, tmp_path, "city", say=heard.append)
    assert heard == [f"control-{n}-of-2: kept from an earlier run: {k} of {PIECES}" for n, k in ((1, 5), (2, PIECES))]
    assert sum(tally.count for part in done for tally in part.answers) == len(given)
    whole = kept(given, tmp_path / "whole")
    for scope in Scope:
        assert list(differences(scope, every_control(tmp_path, "city"), whole)) == []


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
