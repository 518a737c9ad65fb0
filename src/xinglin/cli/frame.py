"""What all subcommands share: Django made ready, refusals in one sentence, exit codes, JSON on demand.

Exit codes: 0 done, 1 refused or something found wrong, 2 wrong usage, 3 the database cannot be reached, 130 Ctrl-C.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

DONE, REFUSED, NO_DATABASE, INTERRUPTED = 0, 1, 3, 130


def console(*, stderr: bool = False) -> Console:
    """A console for people; programs read `--json`."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)


def run(app: typer.Typer) -> int:
    """Run the command line; returns its exit code. Unexpected errors keep their traceback."""
    from xinglin.hospital.config.postgres import DatabaseTrouble

    try:
        app()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except DatabaseTrouble as trouble:
        say(str(trouble))
        return NO_DATABASE
    except Exception as error:
        code = _refusal(error)
        if code is None:
            raise
        return code
    return DONE


def _refusal(error: Exception) -> int | None:
    """Say one sentence about what was foreseen and give its exit code; None for the unforeseen."""
    if "django.db" in sys.modules:
        from django.db import OperationalError

        from xinglin.hospital.kernel.errors import DomainError

        if isinstance(error, OperationalError):
            say(f"The database cannot be reached: {str(error).strip()}")
            return NO_DATABASE
        if isinstance(error, DomainError):
            say(str(error))
            return REFUSED
    return None


def say(sentence: str) -> None:
    """One sentence to the person at the keyboard, on standard error."""
    console(stderr=True).print(sentence, markup=False, soft_wrap=True)


def write_json(value: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def open_hospital(*, database: bool = True) -> None:
    """Make Django ready. Raises DatabaseTrouble when a database is needed and the embedded one does not run."""
    if database:
        from xinglin.hospital.config import postgres

        postgres.require_running()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinglin.hospital.config.settings")
    import django

    django.setup()
