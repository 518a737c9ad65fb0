"""`xinglin check`: prescriptions against the tables of medicines, one JSON object a line, without a hospital."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer


def check(
    jsonl: Annotated[Path, typer.Option("--jsonl", metavar="IN", help="Cases, one JSON object a line; - for stdin.")],
    out: Annotated[Path | None, typer.Option(help="Where the answers go. [default: stdout]")] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="IN holds lines of case and answer: judge again and compare byte by byte.")
    ] = False,
) -> None:
    """Check prescriptions. Exit code 0 when nothing of tier X or D was found, 1 when it was, 2 when a line was bad.

    Answers come in the order of the cases and are written as they are made: a file of any length needs no more memory.
    """
    from xinglin.clinical.medicines.checking import check_lines, replay_lines

    if str(jsonl) != "-" and not jsonl.is_file():
        typer.echo(f"{jsonl} is no file / 不是文件", err=True)
        raise typer.Exit(2)
    worst = 0
    with ExitStack() as stack:
        source = sys.stdin if str(jsonl) == "-" else stack.enter_context(jsonl.open(encoding="utf-8"))
        sink = sys.stdout if out is None else stack.enter_context(out.open("w", encoding="utf-8"))
        for told in replay_lines(source) if replay else check_lines(source):
            if "error" in told or told.get("same") is False:
                worst = 2
            elif any(found["tier"] in {"X", "D"} for found in told.get("findings", ())):
                worst = max(worst, 1)
            sink.write(json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n")
    raise typer.Exit(worst)
