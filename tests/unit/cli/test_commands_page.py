"""docs/reference/commands.md names every subcommand with every option, and no others."""

import re
from collections.abc import Iterator
from typing import Any

import typer

from xinglin.cli import app
from xinglin.hospital.config.paths import CHECKOUT

PAGE = (CHECKOUT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every command with the options that it takes."""
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))
    if not hasattr(command, "commands"):
        options = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        yield " ".join(path), {option for option in options if option.startswith("--")} - {"--help"}


def test_every_command_and_option_stands_on_the_page() -> None:
    parts = re.split(r"^## xinglin ", PAGE, flags=re.MULTILINE)[1:]
    told = {re.split(r" [A-Z]|\n", part)[0]: set(re.findall(r"`(--[a-z-]+)`", part)) for part in parts}
    assert told == dict(commands(typer.main.get_command(app)))
