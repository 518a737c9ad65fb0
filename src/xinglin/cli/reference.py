"""`xinglin reference`: write the reference pages that are generated from the code."""

from typing import Annotated

import typer

from xinglin.cli import frame


def reference(
    check: Annotated[bool, typer.Option("--check", help="Only say which pages are stale; exit 1 if any.")] = False,
) -> None:
    """Write docs/reference/permissions.md, events.md and settings.md from the code."""
    frame.open_hospital(database=False)
    from xinglin.hospital.config import reference as pages

    names = pages.stale() if check else pages.write()
    for name in names:
        frame.say(f"{'stale' if check else 'written'}: docs/reference/{name}")
    raise typer.Exit(frame.REFUSED if check and names else frame.DONE)
