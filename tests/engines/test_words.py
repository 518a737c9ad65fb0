"""The conformance suite: what each word means, written out as tables. A new engine must pass it.

A row is the operands and the answer; `N` is unknown. Nothing here is computed by an engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.engines import readings
from tests.engines.readings import Body, Reading

from xinglin.supervision.engines.columns.duck import Duck
from xinglin.supervision.vocabulary import (
    choose,
    day_of,
    days_between,
    divide_down,
    divide_up,
    first_letters,
    isin,
    larger,
    missing,
    months_after,
    otherwise,
    seconds_between,
    smaller,
    starts_with,
    years_between,
)

T, F, N = True, False, None
P, Q = "encounter.booked", "encounter.emergency"
X, Y = "encounter.live_seconds", "encounter.active_seconds"
D, E = "encounter.on", "evidence.issued_on"
A, B = "encounter.started_at", "encounter.ended_at"
C = "encounter.diagnosis_code"


def on(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


Table = tuple[Body, tuple[str, ...], list[tuple[Any, ...]]]
TABLES: dict[str, Table] = {
    "and": (lambda f: f.encounter.booked & f.encounter.emergency, (P, Q), [
        (T, T, T), (T, F, F), (T, N, N), (F, T, F), (F, F, F), (F, N, F), (N, T, N), (N, F, F), (N, N, N)]),
    "or": (lambda f: f.encounter.booked | f.encounter.emergency, (P, Q), [
        (T, T, T), (T, F, T), (T, N, T), (F, T, T), (F, F, F), (F, N, N), (N, T, T), (N, F, N), (N, N, N)]),
    "not": (lambda f: ~f.encounter.booked, (P,), [(T, F), (F, T), (N, N)]),
    "not missing": (lambda f: ~missing(f.encounter.booked), (P,), [(T, T), (F, T), (N, F)]),
    "not of a comparison": (lambda f: ~(f.encounter.live_seconds > 2), (X,), [(3, F), (2, T), (N, N)]),
    "equal truths": (lambda f: f.encounter.booked == f.encounter.emergency, (P, Q), [
        (T, T, T), (F, F, T), (T, F, F), (N, N, N), (T, N, N)]),
    "less or equal": (lambda f: f.encounter.live_seconds <= f.encounter.active_seconds, (X, Y), [
        (1, 2, T), (2, 2, T), (3, 2, F), (N, 2, N), (2, N, N)]),
    "unequal": (lambda f: f.encounter.live_seconds != 2, (X,), [(1, T), (2, F), (N, N)]),
    "arithmetic": (lambda f: f.encounter.live_seconds * 3 - f.encounter.active_seconds + 1, (X, Y), [
        (2, 1, 6), (-2, 1, -6), (N, 1, N), (1, N, N)]),
    "isin": (lambda f: isin(f.encounter.diagnosis_code, ["I10", ""]), (C,), [
        ("I10", T), ("", T), ("I1", F), (N, N)]),
    "isin of nothing": (lambda f: isin(f.encounter.diagnosis_code, []), (C,), [("I10", F), ("", F), (N, N)]),
    "missing": (lambda f: missing(f.encounter.diagnosis_code), (C,), [("", F), ("I10", F), (N, T)]),
    "otherwise": (lambda f: otherwise(f.encounter.live_seconds, f.encounter.active_seconds), (X, Y), [
        (1, 2, 1), (N, 2, 2), (N, N, N)]),
    "otherwise of a truth": (lambda f: otherwise(~f.encounter.booked, True), (P,), [(T, F), (F, T), (N, T)]),
    "choose": (lambda f: choose(f.encounter.booked, f.encounter.live_seconds, 9), (P, X), [
        (T, 1, 1), (F, 1, 9), (N, 1, N), (T, N, N), (F, N, 9)]),
    "starts_with": (lambda f: starts_with(f.encounter.diagnosis_code, "I1"), (C,), [
        ("I10", T), ("I1", T), ("I", F), ("", F), ("i10", F), (N, N)]),
    "starts_with a mark": (lambda f: starts_with(f.encounter.diagnosis_code, "I_"), (C,), [("I10", F), ("I_0", T)]),
    "first_letters": (lambda f: first_letters(f.encounter.diagnosis_code, 3), (C,), [
        ("I10.9", "I10"), ("I1", "I1"), ("", ""), ("高血压病", "高血压"), (N, N)]),
    "larger": (lambda f: larger(f.encounter.live_seconds, f.encounter.active_seconds), (X, Y), [
        (1, 2, 2), (2, 1, 2), (-1, -2, -1), (1, N, N), (N, 1, N)]),
    "smaller": (lambda f: smaller(f.encounter.on, f.evidence.issued_on), (D, E), [
        (on("2026-05-20"), on("2026-05-19"), on("2026-05-19")), (on("2026-05-20"), N, N)]),
    "divide_down": (lambda f: divide_down(f.encounter.live_seconds, f.encounter.active_seconds), (X, Y), [
        (7, 2, 3), (6, 2, 3), (0, 5, 0), (9007199254740993, 1, 9007199254740993), (7, 0, N), (-7, 2, N), (7, -2, N),
        (N, 2, N), (7, N, N)]),
    "divide_up": (lambda f: divide_up(f.encounter.live_seconds, f.encounter.active_seconds), (X, Y), [
        (7, 2, 4), (6, 2, 3), (1, 100, 1), (0, 5, 0), (7, 0, N), (-7, 2, N), (7, -2, N), (N, 2, N)]),
    "the day in Shanghai": (lambda f: day_of(f.encounter.started_at), (A,), [
        (at("2026-05-20T15:59:59.999999"), on("2026-05-20")), (at("2026-05-20T16:00"), on("2026-05-21")),
        (at("2025-12-31T16:00"), on("2026-01-01")), (at("2024-02-28T16:00"), on("2024-02-29")),
        (at("1969-12-31T15:59:59"), on("1969-12-31")), (N, N)]),
    "days": (lambda f: days_between(f.encounter.on, f.evidence.issued_on), (D, E), [
        (on("2024-02-28"), on("2024-03-01"), 2), (on("2026-02-28"), on("2026-03-01"), 1),
        (on("2026-03-01"), on("2026-02-28"), -1), (on("2026-05-20"), N, N)]),
    "seconds": (lambda f: seconds_between(f.encounter.started_at, f.encounter.ended_at), (A, B), [
        (at("2026-05-20T00:00"), at("2026-05-20T00:00:01.999999"), 1),
        (at("2026-05-20T00:00:01.5"), at("2026-05-20T00:00"), -2), (at("2026-05-20T00:00"), N, N)]),
    "years": (lambda f: years_between(f.encounter.on, f.evidence.issued_on), (D, E), [
        (on("2004-02-29"), on("2022-02-28"), 17), (on("2004-02-29"), on("2022-03-01"), 18),
        (on("2004-02-29"), on("2024-02-29"), 20), (on("2008-05-20"), on("2026-05-19"), 17),
        (on("2008-05-20"), on("2026-05-20"), 18), (on("2026-05-20"), on("2008-05-20"), -18), (N, on("2026-05-20"), N)]),
    "months": (lambda f: months_after(f.encounter.on, f.encounter.live_seconds), (D, X), [
        (on("2026-01-31"), 1, on("2026-02-28")), (on("2024-01-31"), 1, on("2024-02-29")),
        (on("2024-02-29"), 12, on("2025-02-28")), (on("2026-08-31"), 6, on("2027-02-28")),
        (on("2026-12-31"), 2, on("2027-02-28")), (on("2026-03-31"), -1, on("2026-02-28")),
        (on("2026-05-20"), 0, on("2026-05-20")), (on("2026-10-31"), 1, on("2026-11-30")),
        (on("2026-01-15"), 24, on("2028-01-15")), (N, 1, N), (on("2026-05-20"), N, N)]),
}  # fmt: skip


SPARK = [pytest.mark.spark, pytest.mark.filterwarnings("ignore")]
"""PySpark warns of itself and of pandas, and leaves a socket to the garbage collector."""


@pytest.fixture(scope="module", params=["plain", "compiled", "duckdb", pytest.param("spark", marks=SPARK)])
def reading(request: pytest.FixtureRequest) -> Iterator[Reading]:
    """An engine's reading of an expression."""
    if request.param == "plain":
        yield readings.plain
    elif request.param == "compiled":
        yield readings.compiled
    elif request.param == "duckdb":
        duck = Duck(threads=1)
        yield readings.columns(duck)
        duck.close()
    else:
        from xinglin.supervision.engines.columns.spark import Spark

        spark = Spark(small=True)
        yield readings.columns(spark)
        spark.close()


@pytest.mark.parametrize("name", TABLES)
def test_a_word_means_this(reading: Reading, name: str) -> None:
    body, paths, rows = TABLES[name]
    facts = [dict(zip(paths, row[:-1], strict=True)) for row in rows]
    read = reading(body, facts)
    assert [(*row[:-1], value) for row, value in zip(rows, read, strict=True)] == rows
    assert [type(value) for value in read] == [type(row[-1]) for row in rows]
