"""The money of all findings of a run: principal and secondary, cost in breach, fund loss. Streamed by encounter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from xinglin.benefits.policy import PolicyBook
from xinglin.supervision.intake.store import Places, copy_parquet, whole
from xinglin.supervision.reports.findings import scan
from xinglin.supervision.reports.loss import NoLoss, Receipt, Year, settled_year
from xinglin.supervision.reports.reconcile import Asks, Share, Unit, reconcile
from xinglin.supervision.verdicts import Certainty, Concern

FETCH: Final = 5_000
SHARE_SCHEMA: Final = pa.schema(
    [
        ("hash", pa.string()),
        ("role", pa.string()),
        ("principal_hash", pa.string()),
        ("claim_id", pa.string()),
        ("claim_fen", pa.int64()),
    ]
)
LOSS_SCHEMA: Final = pa.schema([("hash", pa.string()), ("fund_loss_fen", pa.int64()), ("no_loss", pa.string())])
UNITS: Final = """
WITH net AS (
    SELECT i.item_id, i.item_line_id, i.item_claim_id, i.item_prescription_id,
        coalesce(i.item_encounter_id, c.claim_encounter_id) AS encounter_id,
        CASE WHEN i.item_fund_asked = false OR i.item_withdrawn OR c.claim_reversed_at IS NOT NULL THEN 0
            ELSE greatest(0, least(whole_fen + coalesce(r.back_fen, 0), kept_fen)) END AS bound_fen
    FROM (SELECT *, coalesce(item_in_scope_fen, item_amount_fen, 0) AS whole_fen,
            CASE WHEN item_quantity_milli > 0 AND item_refunded_milli > 0
                THEN whole_fen - whole_fen * least(item_refunded_milli, item_quantity_milli) // item_quantity_milli
                ELSE whole_fen END AS kept_fen
        FROM {items} WHERE coalesce(item_amount_fen, 0) >= 0) AS i
    LEFT JOIN {claims} AS c ON c.claim_id = i.item_claim_id
    LEFT JOIN (SELECT item_origin_id, sum(coalesce(item_in_scope_fen, item_amount_fen)) AS back_fen FROM {items}
        WHERE item_amount_fen < 0 AND item_origin_id <> '' AND item_withdrawn IS DISTINCT FROM true
        GROUP BY item_origin_id) AS r ON r.item_origin_id = i.item_id
), bare AS (
    SELECT l.line_id, l.line_prescription_id, l.line_amount_fen, p.prescription_encounter_id
    FROM {lines} AS l LEFT JOIN {prescriptions} AS p ON p.prescription_id = l.line_prescription_id
    ANTI JOIN net AS n ON n.item_line_id = l.line_id
), claimed AS (
    SELECT claim_prescription_id AS prescription_id,
        coalesce(min(claim_id) FILTER (claim_reversed_at IS NULL), min(claim_id)) AS claim_id,
        bool_and(claim_reversed_at IS NOT NULL) AS reversed
    FROM {claims} WHERE claim_prescription_id <> '' GROUP BY claim_prescription_id
)
SELECT 'item:' || item_id AS unit, item_id AS own, item_line_id AS line, coalesce(item_claim_id, '') AS claim,
    item_prescription_id AS prescription, encounter_id AS encounter, bound_fen FROM net
UNION ALL
SELECT 'line:' || line_id, line_id, line_id, coalesce(q.claim_id, ''), line_prescription_id,
    prescription_encounter_id, CASE WHEN q.reversed THEN 0 ELSE coalesce(line_amount_fen, 0) END
FROM bare LEFT JOIN claimed AS q ON q.prescription_id = bare.line_prescription_id
"""
WAYS: Final = {
    "own": "u.own = b.name AND b.scope IN ('line', 'item', 'pack')",
    "line": "u.line = b.name AND u.own <> b.name AND b.scope IN ('line', 'pack')",
    "prescription": "u.prescription = b.subject AND b.scope = 'prescription'",
    "encounter": "u.encounter = b.subject AND b.scope = 'encounter'",
    "stay": "u.encounter = b.stay_encounter AND b.scope = 'stay'",
    "claim": "u.claim = b.subject AND b.scope = 'claim'",
}


def _tables(lake: Path) -> dict[str, str]:
    return {name: scan(lake / f"{name}.parquet") for name in ("items", "claims", "lines", "prescriptions", "stays")}


def prepare(connection: duckdb.DuckDBPyConnection, places: Places) -> int:
    """Write the pairs of finding and unit of money, in the order of encounters; returns their number."""
    tables = _tables(places.lake)
    units, found = places.work / "units.parquet", scan(places.work / "found" / "*.parquet")
    copy_parquet(connection, UNITS.format(**tables), units)
    breach = (
        "SELECT f.hash, f.rule, f.scope, f.subject, f.concern_order, f.certainty, "
        "s.stay_encounter_id AS stay_encounter, unnest(CASE WHEN len(f.lines) = 0 THEN [NULL] "
        "ELSE list_transform(f.lines, lambda one: one.line) END) AS name, "
        "CASE WHEN len(f.lines) > 0 AND list_count(list_transform(f.lines, lambda one: one.fen)) = len(f.lines) "
        "THEN list_sum(list_transform(f.lines, lambda one: one.fen)) ELSE f.excess_fen END AS at_most_fen "
        f"FROM {found} AS f LEFT JOIN {tables['stays']} AS s ON s.stay_id = f.subject AND f.scope = 'stay' "
        f"WHERE f.concern <> '{Concern.STATISTIC.value}' OR f.excess_fen IS NOT NULL"
    )
    pairs = " UNION ALL ".join(
        f"SELECT b.*, u.unit, u.claim, u.encounter, u.bound_fen FROM breach AS b JOIN {scan(units)} AS u ON {way}"
        for way in WAYS.values()
    )
    query = (
        f"WITH breach AS ({breach}), pairs AS ({pairs}) SELECT coalesce(encounter, claim, unit) AS place, unit, claim, "
        "bound_fen, hash, rule, concern_order, certainty, at_most_fen, "
        f"c.claim_total_fen AS total_fen FROM pairs LEFT JOIN {tables['claims']} AS c ON c.claim_id = pairs.claim "
        "ORDER BY place, unit, hash"
    )
    return copy_parquet(connection, query, places.work / "pairs.parquet")


TOGETHER: Final = """
WITH apart AS (
    SELECT {key} AS key, min(place) AS first FROM {pairs} WHERE {key} <> ''
    GROUP BY {key} HAVING min(place) <> max(place)
)
SELECT p.place AS place, min(apart.first) AS first FROM {pairs} AS p JOIN apart ON p.{key} = apart.key
GROUP BY p.place HAVING min(apart.first) < p.place
"""


def bring_together(connection: duckdb.DuckDBPyConnection, places: Places) -> int:
    """Give one place to all that shares a claim or a finding; returns how often places were joined.

    What a claim or a finding may take at most holds over all of it, also where it reaches over several encounters.
    """
    path, joined = places.work / "pairs.parquet", 0
    pairs = scan(path)
    while True:
        before = joined
        for key in ("claim", "hash"):
            connection.execute(f"CREATE OR REPLACE TEMP TABLE moved AS {TOGETHER.format(key=key, pairs=pairs)}")
            if connection.execute("SELECT count(*) FROM moved").fetchone() != (0,):
                query = (
                    "SELECT p.* REPLACE (coalesce(moved.first, p.place) AS place) "
                    f"FROM {pairs} AS p LEFT JOIN moved USING (place)"
                )
                copy_parquet(connection, query, path)
                joined += 1
        if joined == before:
            return joined


def share_out(connection: duckdb.DuckDBPyConnection, places: Places) -> int:
    """Reconcile encounter after encounter; returns the number of shares that were written."""
    bring_together(connection, places)
    cursor = connection.execute(f"SELECT * FROM {scan(places.work / 'pairs.parquet')} ORDER BY place, unit, hash")
    names = [column[0] for column in cursor.description or ()]
    target, count = places.work / "shares.parquet", 0
    with whole(target) as part, pq.ParquetWriter(part, SHARE_SCHEMA, compression="zstd") as writer:
        batch: list[dict[str, Any]] = []
        for _, rows in groupby(_rows(cursor, names), key=lambda row: row["place"]):
            batch.extend(_shares(list(rows)))
            if len(batch) >= FETCH:
                writer.write_table(pa.Table.from_pylist(batch, schema=SHARE_SCHEMA))
                count, batch = count + len(batch), []
        writer.write_table(pa.Table.from_pylist(batch, schema=SHARE_SCHEMA))
    return count + len(batch)


def _rows(cursor: duckdb.DuckDBPyConnection, names: list[str]) -> Iterator[dict[str, Any]]:
    while held := cursor.fetchmany(FETCH):
        for cells in held:
            yield dict(zip(names, cells, strict=True))


def _shares(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The shares of one encounter: a row for each finding and claim, with fen where it is the principal."""
    units = {row["unit"]: Unit(row["unit"], row["claim"], row["bound_fen"]) for row in rows}
    totals = {row["claim"]: row["total_fen"] for row in rows if row["claim"] and row["total_fen"] is not None}
    asked: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        asked[row["hash"]].append(row)
    asks = [
        Asks(
            key,
            own[0]["rule"],
            own[0]["concern_order"],
            own[0]["certainty"] == Certainty.DEFINITE.value,
            tuple(dict.fromkeys(row["unit"] for row in own)),
            own[0]["at_most_fen"],
        )
        for key, own in asked.items()
    ]
    for key, share in reconcile(units.values(), asks, totals).items():
        by_claim: dict[str, int] = defaultdict(int)
        for unit, fen in share.taken.items():
            by_claim[units[unit].claim] += fen
        role = _role(share)
        for claim, fen in (by_claim or {"": 0}).items():
            yield {
                "hash": key,
                "role": role,
                "principal_hash": share.principal or None,
                "claim_id": claim,
                "claim_fen": fen,
            }


def _role(share: Share) -> str:
    if share.fen:
        return "principal"
    return "secondary" if share.behind else "without_money"


RECEIPTS: Final = """
WITH people AS (
    SELECT DISTINCT e.patient_id, year(c.claim_on) AS year FROM {shares} AS s
    JOIN {claims} AS c USING (claim_id)
    LEFT JOIN {prescriptions} AS p ON p.prescription_id = c.claim_prescription_id
    JOIN {encounters} AS e ON e.encounter_id = coalesce(c.claim_encounter_id, p.prescription_encounter_id)
    WHERE s.claim_fen > 0
), breaches AS (
    SELECT claim_id, list({{'hash': hash, 'fen': claim_fen}} ORDER BY hash) AS breach FROM {shares}
    WHERE claim_fen > 0 GROUP BY claim_id
)
SELECT e.patient_id AS person, year(c.claim_on) AS year, c.claim_id AS id, e.coverage_scheme AS scheme,
    e.coverage_benefit AS benefit, coalesce(e.coverage_chronic_code, '') AS disease,
    coalesce(e.coverage_area_code, '') AS area, e.institution_level AS level, c.claim_in_scope_fen AS in_scope_fen,
    c.claim_fund_fen AS fund_fen, coalesce(b.breach, []) AS breach
FROM {claims} AS c LEFT JOIN {prescriptions} AS p ON p.prescription_id = c.claim_prescription_id
JOIN {encounters} AS e ON e.encounter_id = coalesce(c.claim_encounter_id, p.prescription_encounter_id)
JOIN people ON people.patient_id = e.patient_id AND people.year = year(c.claim_on)
LEFT JOIN breaches AS b ON b.claim_id = c.claim_id
WHERE c.claim_reversed_at IS NULL
ORDER BY person, year, coalesce(c.claim_settled_at, CAST(c.claim_on AS TIMESTAMP)), id
"""


def lose(connection: duckdb.DuckDBPyConnection, places: Places, book: PolicyBook) -> dict[str, int]:
    """Settle again, year of a person after year, and write the loss of every finding that has one.

    Returns the cost in breach of the years that could be settled again, and the fund's loss by all their breaches
    together: it is not the sum over findings, because one breach changes what another costs.
    """
    tables = _tables(places.lake) | {
        "shares": scan(places.work / "shares.parquet"),
        "encounters": scan(places.lake / "encounters.parquet"),
    }
    cursor = connection.execute(RECEIPTS.format(**tables))
    names = [column[0] for column in cursor.description or ()]
    together = {"in_breach_fen": 0, "fund_loss_fen": 0}
    with (
        whole(places.work / "losses.parquet") as part,
        pq.ParquetWriter(part, LOSS_SCHEMA, compression="zstd") as writer,
    ):
        batch: list[dict[str, Any]] = []  # A part of the file for each person is more to remember than its rows.
        for _, rows in groupby(_rows(cursor, names), key=lambda row: (row["person"], row["year"])):
            losses, sums = _year_losses(list(rows), book)
            together = {name: together[name] + sums[name] for name in together}
            batch.extend(losses)
            if len(batch) >= FETCH:
                writer.write_table(pa.Table.from_pylist(batch, schema=LOSS_SCHEMA))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema=LOSS_SCHEMA))
    _join_money(connection, places)
    return together


def _year_losses(rows: list[dict[str, Any]], book: PolicyBook) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The loss of each finding of a person's year by itself, and of all of them together."""
    fields = ("id", "year", "scheme", "benefit", "disease", "area", "level", "in_scope_fen", "fund_fen")
    receipts = [Receipt(**{field: row[field] for field in fields}) for row in rows]
    year = settled_year(receipts, book)
    by_finding: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        for one in row["breach"]:
            by_finding[one["hash"]][row["id"]] = one["fen"]
    if not isinstance(year, Year):
        told: list[dict[str, Any]] = [{"hash": key, "fund_loss_fen": None, "no_loss": year.value} for key in by_finding]
        return told, {"in_breach_fen": 0, "fund_loss_fen": 0}
    told = [
        {"hash": key, "fund_loss_fen": year.loss_fen(breach), "no_loss": None} for key, breach in by_finding.items()
    ]
    all_of_it: Mapping[str, int] = {row["id"]: sum(one["fen"] for one in row["breach"]) for row in rows}
    return told, {"in_breach_fen": sum(all_of_it.values()), "fund_loss_fen": year.loss_fen(all_of_it)}


def _join_money(connection: duckdb.DuckDBPyConnection, places: Places) -> None:
    """One row a finding: role, cost in breach, loss or the reason for none."""
    found = scan(places.work / "found" / "*.parquet")
    shares, losses = scan(places.work / "shares.parquet"), scan(places.work / "losses.parquet")
    copy_parquet(
        connection,
        f"SELECT f.hash, coalesce(s.role, 'without_money') AS role, s.principal_hash, "
        "CAST(coalesce(s.in_breach_fen, 0) AS BIGINT) AS in_breach_fen, "
        "CAST(l.fund_loss_fen AS BIGINT) AS fund_loss_fen, "
        "CASE WHEN l.fund_loss_fen IS NOT NULL THEN NULL "
        f"WHEN coalesce(s.in_breach_fen, 0) = 0 THEN '{NoLoss.NO_MONEY.value}' "
        f"ELSE coalesce(l.no_loss, '{NoLoss.NO_CLAIM.value}') END AS no_loss "
        f"FROM {found} AS f LEFT JOIN (SELECT hash, any_value(role) AS role, any_value(principal_hash) AS "
        f"principal_hash, sum(claim_fen) AS in_breach_fen FROM {shares} GROUP BY hash) AS s USING (hash) "
        f"LEFT JOIN (SELECT hash, CASE WHEN bool_and(no_loss IS NULL) THEN sum(fund_loss_fen) END "
        f"AS fund_loss_fen, min(no_loss) AS no_loss FROM {losses} GROUP BY hash) AS l USING (hash)",
        places.work / "money.parquet",
    )
