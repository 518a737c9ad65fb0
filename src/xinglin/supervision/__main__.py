"""The law from the command line: ``python -m xinglin.supervision rulebook`` and ``… audit PATH --out DIR``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from xinglin.supervision.reports import command
from xinglin.supervision.reports.columns_page import columns_page
from xinglin.supervision.reports.rulebook import print_rulebook
from xinglin.supervision.reports.specification import Specification, read_specification
from xinglin.supervision.tables import load_knowledge


def main(arguments: list[str]) -> int:
    """Run one command. Returns 0, or 1 when ``--check`` finds the printed book stale or an audit has findings."""
    parser = argparse.ArgumentParser(prog="python -m xinglin.supervision", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    rulebook = commands.add_parser("rulebook", help="print the rule book from the rules and their specifications")
    rulebook.add_argument("--specs", type=Path, default=Path("tests/spec"), help="folder of the specifications")
    rulebook.add_argument("--to", type=Path, default=Path("docs/rulebook"), help="folder of the book")
    rulebook.add_argument("--check", action="store_true", help="write nothing; fail when the book is stale")
    columns = commands.add_parser("columns", help="write the reference page of the columns that an audit reads")
    columns.add_argument("--to", type=Path, default=Path("docs/reference/lake-columns.md"), help="the page")
    command.add_arguments(commands.add_parser("audit", help="audit a folder of Parquet, CSV or FHIR files"))
    chosen = parser.parse_args(arguments)
    if chosen.command == "audit":
        return command.audit(command.wish_of(chosen))
    if chosen.command == "columns":
        chosen.to.write_text(columns_page(), "utf-8")
        return 0
    pages = print_rulebook(read_folder(chosen.specs), load_knowledge())
    stale = stale_pages(pages, chosen.to)
    if chosen.check:
        sys.stderr.writelines(f"stale: {name}\n" for name in stale)
        return 1 if stale else 0
    write_pages(pages, chosen.to)
    return 0


def read_folder(folder: Path) -> dict[str, Specification]:
    """Every specification of a folder by the id of its rule."""
    read = [read_specification(path.read_text("utf-8")) for path in sorted(folder.glob("*.md"))]
    return {specification.rule: specification for specification in read}


def stale_pages(pages: dict[str, str], folder: Path) -> list[str]:
    """The pages that differ from what is on disk, and the files on disk that are no pages."""
    on_disk = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.md")}
    return sorted(name for name in pages.keys() | on_disk.keys() if pages.get(name) != on_disk.get(name))


def write_pages(pages: dict[str, str], folder: Path) -> None:
    """Write the book, and remove pages of rules that are gone."""
    for name in stale_pages(pages, folder):
        target = folder / name
        if name not in pages:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(pages[name], "utf-8")


if __name__ == "__main__":  # pragma: no cover (the tests call main itself)
    sys.exit(main(sys.argv[1:]))
