"""`xinglin audit`: all rules over a folder of claims and records.

It makes the check of medicines too, which `python -m xinglin.supervision audit` leaves out: the law alone knows none.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer


def _day(text: str) -> date | None:
    """A day, or none for the empty text."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter(f"{text} is not a day; write it like 2026-04-01") from None


def _imported(named: str) -> Path | None:
    """The file of imported records: what this installation keeps, a file, or none."""
    if named == "none":
        return None
    if named != "state":
        return Path(named)
    from xinglin.hospital.config.paths import knowledge_home
    from xinglin.supervision.tables.official import current_store

    return current_store(knowledge_home())


def _limits(named: str) -> Path | None:
    """The file of limits that were put in force here; none where only the package's own knowledge is wanted."""
    if named == "none":
        return None
    from xinglin.hospital.config.paths import knowledge_home
    from xinglin.supervision.tables.adopted import current_adopted

    return current_adopted(knowledge_home())


def audit(
    source: Annotated[Path, typer.Argument(metavar="PATH", help="Folder of Parquet, CSV or FHIR NDJSON files.")],
    out: Annotated[Path, typer.Option(help="Folder for findings and report; a run that was stopped goes on there.")],
    engine: Annotated[str, typer.Option(help="duckdb, spark, or plain for small folders.")] = "duckdb",
    rules: Annotated[str, typer.Option(help="Ids or families, such as B03,H. [default: all]")] = "",
    as_of: Annotated[str, typer.Option(help="Leave out what happened or was known after this day.")] = "",
    territory: Annotated[str, typer.Option(help="Code of the place for institutions that name none.")] = "",
    law_of: Annotated[str, typer.Option(help="Judge every day by the law of this one.")] = "",
    assume: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FACT=VALUE",
            help="A fact where the input is silent; several times. none: not even the usual terms of a FHIR export.",
        ),
    ] = None,
    knowledge: Annotated[
        str, typer.Option(metavar="FILE|state|none", help="Imported official records: a file, or what is kept here.")
    ] = "state",
    hindsight: Annotated[bool, typer.Option("--hindsight", help="Let measures see what was known only later.")] = False,
    publish: Annotated[bool, typer.Option("--publish", help="Hide small counts in the report.")] = False,
    memory: Annotated[str, typer.Option(help="What the engine may hold at once.")] = "2GB",
) -> None:
    """Audit a folder. Exit code 0 when nothing was found, 1 when there are findings, 2 when it cannot be read."""
    from xinglin.medication.lake import check_lake
    from xinglin.supervision.reports import command
    from xinglin.supervision.reports.run import Wish

    names = command.rule_names(rules)
    wish = Wish(
        source,
        out,
        engine,
        names,
        _day(as_of),
        territory,
        _day(law_of),
        command.assumptions(assume or []),
        hindsight,
        publish,
        memory,
        command.usual(assume or []),
        _imported(knowledge),
        _limits(knowledge),
    )
    raise typer.Exit(command.audit(wish, check_lake))
