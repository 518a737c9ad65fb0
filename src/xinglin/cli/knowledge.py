"""`xinglin knowledge`: bring published official knowledge into the tables that the rules of supervision read."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from rich.table import Table

    from xinglin.supervision.tables.official import Imported

app = typer.Typer(help="Bring published official knowledge in.", no_args_is_help=True)
sources = typer.Typer(help="Import published records.", no_args_is_help=True)
app.add_typer(sources, name="import")


@sources.callback()
def importing() -> None:
    """Import published records."""


@sources.command("nhsa")
def import_nhsa(
    path: Annotated[
        Path, typer.Argument(help="Folder with knowledge_points.csv, duplicate_charge_pairs.csv and cat88.json.")
    ],
    undated_since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Day from which records without a day of publication hold; else the day by which they surely stood.",
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write the whole report here: JSON if the name ends in .json, else Markdown.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Folder to keep it in, instead of the hospital's own.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs; the whole report.")] = False,
) -> None:
    """Import the knowledge points of the National Healthcare Security Administration. They take effect at once.

    Importing the same files twice changes nothing. Exit code 1 when a file is wrong; then nothing is written.
    """
    from xinglin.hospital.config.paths import knowledge_home
    from xinglin.supervision.tables import BadTable, load_knowledge
    from xinglin.supervision.tables.official import BadRecords, import_published, write_store

    day: date | None = undated_since.date() if undated_since else None
    try:
        imported = import_published(path, load_knowledge(), undated_since=day)
        if report is not None:
            write_report(report, imported)
        target, changed = write_store(to or knowledge_home(), imported)
        digest = load_knowledge(target).digest
    except (BadRecords, BadTable) as wrong:
        frame.say(f"Nothing was imported. {wrong}")
        raise typer.Exit(frame.REFUSED) from None
    except OSError as trouble:
        frame.say(f"Nothing was imported. {trouble.filename} cannot be written ({trouble.strerror}).")
        raise typer.Exit(frame.REFUSED) from None
    show(imported, target, digest, changed=changed, as_json=as_json)


def write_report(report: Path, imported: Imported) -> None:
    """The whole report as a file."""
    from xinglin.supervision.tables import official

    if report.suffix.lower() == ".json":
        text = json.dumps(official.as_json(imported), ensure_ascii=False, indent=1) + "\n"
    else:
        text = official.as_markdown(imported)
    report.write_text(text, "utf-8")


def show(imported: Imported, target: Path, digest: str, *, changed: bool, as_json: bool) -> None:
    """Say what was done, as JSON or as a table a person reads."""
    from xinglin.supervision.tables import official

    if as_json:
        told: dict[str, object] = {"file": str(target), "changed": changed, "knowledge_digest": digest}
        frame.write_json({**told, **official.as_json(imported)})
        return
    frame.console().print(table_of(imported))
    for line in reasons_of(imported):
        frame.console().print(line, markup=False)
    count = official.totals(imported)
    windows = ", ".join(f"{name} {number}" for name, number in imported.windows.items())
    frame.say(
        f"{count['records']:,} records of {count['classes']} classes: {count['superseded']:,} superseded, "
        f"{count['usable']:,} usable, {count['partly']:,} usable in part, {count['unusable']:,} not usable; "
        f"{count['contradictions']:,} contradictions. {count['pairs']:,} pairs of {count['mains']:,} main items "
        f"({windows}). Totals and empty rows dropped: {count['dropped']:,}."
    )
    frame.say(f"{count['rows']:,} rows {'now in force' if changed else 'were already in force'}: {target}")
    frame.say(f"Knowledge digest {digest}. --report FILE names every record that is not used, and why.")


def table_of(imported: Imported) -> Table:
    """A line for each class that has records; what is not used stands below with its reason."""
    from rich import box
    from rich.table import Table

    table = Table(title="Published knowledge by class", title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("class", overflow="fold")
    for name in ("records", "old", "usable", "part", "not", "contra", "rows"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in imported.summaries:
        if one.records:
            counts = (one.records, one.superseded, one.usable, one.partly, one.unusable, one.contradictions, one.rows)
            table.add_row(str(one.seq), one.name, *(f"{number:,}" for number in counts))
    table.caption = "old: superseded; part: not everything is judged; not: not usable; contra: contradictions"
    return table


def reasons_of(imported: Imported) -> list[str]:
    """Why records are not used, a line for each class and reason."""
    from xinglin.supervision.tables.official import words_of

    return [
        f"not used: {number:,} of {one.name}: {words_of(what).en}"
        for one in imported.summaries
        for what, number in one.reasons.items()
    ]
