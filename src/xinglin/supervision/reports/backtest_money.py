"""The money of one rule's findings by itself: the audit's arithmetic without other rules beside it."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from xinglin.supervision.facts.lake import OF_SCOPE, column_name
from xinglin.supervision.intake.store import lake_schema, quoted
from xinglin.supervision.reports.money import TOGETHER, UNITS
from xinglin.supervision.reports.reconcile import Asks, Unit, reconcile
from xinglin.supervision.verdicts import Scope

__all__ = ["quoted", "share", "source", "units"]

FETCH: Final = 5_000
MONEY: Final = pa.schema([("subject", pa.string()), ("fen", pa.int64())])
WAYS: Final[dict[Scope, tuple[str, ...]]] = {
    Scope.LINE: ("u.own = f.name", "u.line = f.name AND u.own <> f.name"),
    Scope.PACK: ("u.own = f.name", "u.line = f.name AND u.own <> f.name"),
    Scope.ITEM: ("u.own = f.name",),
    Scope.PRESCRIPTION: ("u.prescription = f.subject",),
    Scope.ENCOUNTER: ("u.encounter = f.subject",),
    Scope.STAY: ("u.encounter = f.encounter_id",),
    Scope.CLAIM: ("u.claim = f.subject",),
}
"""How a finding of each scope reaches the money; practices and rings reach none."""


def source(lake: Path, table: str) -> str:
    """A table of the lake as a table of a query, with every column that it may have; empty where there is none."""
    single, folder = lake / f"{table}.parquet", lake / table
    schema = lake_schema(table)
    nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in schema)
    empty = f"SELECT {nothing} WHERE false"
    if not single.exists() and not folder.is_dir():
        return f"({empty})"
    files = single if single.exists() else folder / "**" / "*.parquet"
    return f"({empty} UNION ALL BY NAME SELECT * FROM read_parquet({quoted(files)}, union_by_name = true))"


def units(sql: duckdb.DuckDBPyConnection, sources: dict[str, str]) -> None:
    """All money that can be in breach, once for both sides."""
    sql.execute(f"CREATE OR REPLACE TEMP TABLE units AS {UNITS.format(**sources)}")


def share(
    sql: duckdb.DuckDBPyConnection, sources: dict[str, str], scope: Scope, side: str, *, only_measured: bool
) -> None:
    """Write the money of each finding of a side; `only_measured`: findings without an excess in fen hold none."""
    sql.register("batch", MONEY.empty_table())
    sql.execute(f"CREATE OR REPLACE TEMP TABLE money_{side} AS SELECT * FROM batch")
    sql.unregister("batch")
    if scope not in WAYS:
        return
    condition = "WHERE at_most_fen IS NOT NULL" if only_measured else ""
    found = (
        "SELECT subject, encounter_id, at_most_fen, unnest(CASE WHEN len(names) = 0 THEN [NULL] ELSE names END) "
        f"AS name FROM found_{side} {condition}"
    )
    pairs = " UNION ALL ".join(
        f"SELECT f.subject, f.at_most_fen, u.unit, u.claim, u.encounter, u.bound_fen FROM f JOIN units AS u ON {way}"
        for way in WAYS[scope]
    )
    query = (
        f"WITH f AS ({found}), pairs AS ({pairs}) SELECT DISTINCT coalesce(encounter, claim, unit) AS place, unit, "
        f"claim, bound_fen, subject, at_most_fen, c.{column_name('claim.total_fen')} AS total_fen FROM pairs "
        f"LEFT JOIN {sources['claims']} AS c ON c.{column_name(OF_SCOPE[Scope.CLAIM].key)} = pairs.claim "
        "ORDER BY place, unit, subject"
    )
    sql.execute(f"CREATE OR REPLACE TEMP TABLE pairs AS {query}")
    _bring_together(sql)
    _reconciled(sql, side)


def _bring_together(sql: duckdb.DuckDBPyConnection) -> None:
    """One place for all that shares a claim or a finding, as in the audit: bounds hold over all of it."""
    joined = True
    while joined:
        joined = False
        for key in ("claim", "subject"):
            sql.execute(f"CREATE OR REPLACE TEMP TABLE moved AS {TOGETHER.format(key=key, pairs='pairs')}")
            if sql.execute("SELECT count(*) FROM moved").fetchone() != (0,):
                sql.execute("UPDATE pairs SET place = moved.first FROM moved WHERE pairs.place = moved.place")
                joined = True


def _reconciled(sql: duckdb.DuckDBPyConnection, side: str) -> None:
    """Encounter after encounter, so that only one lies in memory."""
    reader = sql.execute("SELECT * FROM pairs ORDER BY place, unit, subject").fetch_record_batch(FETCH)
    rows = (row for batch in reader for row in batch.to_pylist())
    shares: dict[str, int] = {}
    for _, group in groupby(rows, key=lambda row: row["place"]):
        for subject, fen in _shares(list(group)).items():
            shares[subject] = shares.get(subject, 0) + fen
    sql.register("batch", pa.table([list(shares), list(shares.values())], schema=MONEY))
    sql.execute(f"INSERT INTO money_{side} SELECT * FROM batch")
    sql.unregister("batch")


def _shares(rows: list[dict[str, Any]]) -> dict[str, int]:
    found = {row["unit"]: Unit(row["unit"], row["claim"], row["bound_fen"]) for row in rows}
    totals = {row["claim"]: row["total_fen"] for row in rows if row["claim"] and row["total_fen"] is not None}
    names: dict[str, list[str]] = {}
    most: dict[str, int | None] = {}
    for row in rows:
        names.setdefault(row["subject"], []).append(row["unit"])
        most[row["subject"]] = row["at_most_fen"]
    asks = [Asks(subject, "", 0, True, tuple(of), most[subject]) for subject, of in names.items()]
    return {subject: one.fen for subject, one in reconcile(found.values(), asks, totals).items()}
