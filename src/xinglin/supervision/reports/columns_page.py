"""The reference page of the lake's columns, made from the facts themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from xinglin.supervision.facts.lake import TABLES, column_name, table_columns
from xinglin.supervision.facts.schema import Column
from xinglin.supervision.verdicts import Coded

HEAD: Final = """<!-- Made by `python -m xinglin.supervision columns`; do not edit. -->

# Columns of the lake

What [an audit](../how-to/audit-a-folder.md) reads: one table a file (`items.parquet`, `items.csv`, several such as
`items.2026-01.csv`, or any Parquet files below a folder `items/`). Any of the tables and any of their columns may be
left out, except the key; what is left out is *unknown*, and rules that need it say that they cannot tell.

- An empty cell is **unknown**. *Known to be none* is the empty text `""` (in CSV with its quotes), a member `none`,
  `false` or `0`.
- Whole numbers have no point. Money is in fen (1/100 yuan), `_milli` counts thousandths, `_permille` parts of a
  thousand.
- Days are `2026-04-01`: the day in Shanghai. Instants are ISO 8601 with their distance from UTC
  (`2026-04-01T09:30:00+08:00`); in Parquet timestamps in UTC.
- Codes must be one of those named; a row with any other value goes to quarantine.
- `record_known_at` is when the row was known here, `record_asked_at` when it was judged in the process: an audit then
  asks what was known at that time, and with `--hindsight` what is known now.
"""
KINDS: Final = {int: "whole number", bool: "true or false", str: "text", date: "day", datetime: "instant"}


def columns_page() -> str:
    """The page in Markdown."""
    parts = [HEAD]
    for name, table in TABLES.items():
        above = "; ".join(
            f"`{column_name(parent.by)}` names a row of [{parent.table}](#{parent.table})" for parent in table.parents
        )
        parts.append(f"\n## {name}\n\nKey: `{column_name(table.key)}`.{f' {above}.' if above else ''}\n")
        parts.append("| column | 中文 | type | unit | meaning |\n| --- | --- | --- | --- | --- |")
        parts.extend(_row(column) for column in table_columns(name))
    return "\n".join(parts) + "\n"


def _row(column: Column) -> str:
    kind = column.type
    told = " ".join(f"`{member.value}`" for member in kind) if issubclass(kind, Coded) else KINDS[kind]
    meaning = column.meaning.replace("|", "\\|")
    return f"| `{column_name(column.path)}` | {column.name_zh} | {told} | {column.unit} | {meaning} |"
