"""`xinglin replay`: a made year judged case by case at control, and again by the audit in one pass."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xinglin.cli import frame

PAGE = Path("docs/reference/replay.md")


def replay(
    scale: Annotated[float, typer.Option(min=0.001, max=3, help="Size of the city; 1 is 20,000 residents.")] = 0.03,
    seed: Annotated[int, typer.Option(help="Seed of the city.")] = 101,
    write: Annotated[bool, typer.Option(help="Write docs/reference/replay.md.")] = False,
    work: Annotated[
        Path | None, typer.Option(help="Folder of work: a run that was broken off goes on from what is kept there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of a page.")] = False,
) -> None:
    """Prove that control and audit say the same, and explain what hindsight says otherwise. Exit code 1 if not."""
    frame.open_hospital(database=False)
    from xinglin.hospital.demo import replay_page

    done = replay_page.run(seed, scale, say=frame.say, work=work)
    if as_json:
        frame.write_json(replay_page.as_json(done))
    else:
        text = replay_page.written(done)
        if write:
            PAGE.write_text(text, encoding="utf-8")
        frame.console().print(text, markup=False)
    if not done.proved:
        raise typer.Exit(frame.REFUSED)
