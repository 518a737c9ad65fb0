"""The figures of a report, asked of the findings on disk: what is shown is small, however many findings there are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from xinglin.supervision.reports.findings import scan

TOP_BY_RULE: Final = 3
TOP: Final = 40
PLACES: Final = 12
MONTHS: Final = 36


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts and sums of all findings, and the few that are shown one by one."""

    findings: int
    definite: int
    in_breach_fen: int
    lost: int
    no_loss: tuple[tuple[str, int], ...]
    rules: tuple[dict[str, Any], ...]
    periods: tuple[tuple[str, int], ...]
    places: tuple[dict[str, Any], ...]
    concerns: tuple[dict[str, Any], ...]
    top: tuple[dict[str, Any], ...]


def figures_of(connection: duckdb.DuckDBPyConnection, findings: Path) -> Figures:
    """The figures of a file of findings."""
    source = scan(findings)

    def asked(query: str) -> tuple[dict[str, Any], ...]:
        cursor = connection.execute(query.replace("FINDINGS", source))
        names = [column[0] for column in cursor.description or ()]
        return tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())

    (all_of_them,) = asked(
        "SELECT count(*) AS findings, count(*) FILTER (certainty = 'definite') AS definite, "
        "CAST(coalesce(sum(in_breach_fen), 0) AS BIGINT) AS fen, count(fund_loss_fen) AS lost FROM FINDINGS"
    )
    without = asked(
        "SELECT no_loss, count(*) AS n FROM FINDINGS WHERE no_loss IS NOT NULL GROUP BY no_loss ORDER BY n DESC"
    )
    return Figures(
        all_of_them["findings"],
        all_of_them["definite"],
        all_of_them["fen"],
        all_of_them["lost"],
        tuple((row["no_loss"], row["n"]) for row in without),
        asked(
            "SELECT rule, any_value(title_zh) AS zh, any_value(title_en) AS en, any_value(certainty) AS certainty, "
            "count(*) AS n, CAST(sum(in_breach_fen) AS BIGINT) AS fen FROM FINDINGS GROUP BY rule ORDER BY n DESC, rule"
        ),
        _periods(
            asked(
                "SELECT strftime(event_on, '%Y-%m') AS p, count(*) AS n FROM FINDINGS WHERE event_on IS NOT NULL "
                "GROUP BY p ORDER BY p"
            )
        ),
        asked(
            "SELECT coalesce(institution_name, institution_id) AS place, count(*) AS n, "
            "CAST(sum(in_breach_fen) AS BIGINT) AS fen FROM FINDINGS GROUP BY place "
            f"ORDER BY n DESC, place LIMIT {PLACES}"
        ),
        asked(
            "SELECT concern, count(*) AS n, CAST(sum(in_breach_fen) AS BIGINT) AS fen FROM FINDINGS "
            "GROUP BY concern ORDER BY fen DESC, n DESC"
        ),
        asked(
            "SELECT * FROM FINDINGS QUALIFY row_number() OVER (PARTITION BY rule ORDER BY in_breach_fen DESC, "
            f"event_on DESC, hash) <= {TOP_BY_RULE} ORDER BY in_breach_fen DESC, certainty, rule, event_on DESC, hash "
            f"LIMIT {TOP}"
        ),
    )


def _periods(months: tuple[dict[str, Any], ...]) -> tuple[tuple[str, int], ...]:
    """By month, with the months between in which nothing was found; by year where the months are too many to draw."""
    counted = {row["p"]: row["n"] for row in months}
    if not counted:
        return ()
    first, last = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (min(counted), max(counted)))
    if last - first < MONTHS:
        names = [f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(first, last + 1)]
        return tuple((name, counted.get(name, 0)) for name in names)
    years = dict.fromkeys((f"{year:04d}" for year in range(first // 12, last // 12 + 1)), 0)
    for month, count in counted.items():
        years[month[:4]] += count
    return tuple(years.items())
