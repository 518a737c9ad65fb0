"""`audit` on the command line, for the pure package and for `xinglin` alike: arguments, progress, exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from xinglin.supervision.engines.columns.collecting import rarely_collected
from xinglin.supervision.intake.source import BadInput
from xinglin.supervision.reports.run import ENGINES, Check, Done, Exit, Wish, run_audit, utc_now
from xinglin.supervision.verdicts import Outcome

ASSUME: Final = "A fact where the input is silent; several times. none: not even the usual terms of a FHIR export."
NO_TERMS: Final = "none"


class OnConsole:
    """Progress for a person, on standard error: a bar on a terminal, a line a step in a file."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._at, self._steps = 0, 0
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        )
        self._task = self._bar.add_task("…", total=None)

    def __enter__(self) -> OnConsole:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._bar.stop()

    def begin(self, steps: int) -> None:
        """So many steps are ahead."""
        self._steps = steps
        self._bar.update(self._task, total=steps)

    def step(self, name: str, *, again: bool) -> None:
        """A step begins."""
        self._at += 1
        told = f"{name}{' (done before)' if again else ''}"
        self._bar.update(self._task, advance=1, description=told)
        if not self._console.is_terminal:
            self._console.print(f"{self._at}/{self._steps} {told}", markup=False, soft_wrap=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `audit`."""
    parser.add_argument("source", type=Path, metavar="PATH", help="folder of Parquet, CSV or FHIR NDJSON files")
    parser.add_argument("--out", type=Path, required=True, help="folder for findings and report")
    parser.add_argument("--engine", choices=ENGINES, default="duckdb")
    parser.add_argument("--rules", default="", help="ids or families, such as B03,H or C")
    parser.add_argument("--as-of", type=date.fromisoformat, help="leave out what happened or was known later")
    parser.add_argument("--territory", default="", help="code of the place for institutions that name none")
    parser.add_argument("--law-of", type=date.fromisoformat, help="judge every day by the law of this one")
    parser.add_argument("--assume", action="append", default=[], metavar="FACT=VALUE", help=ASSUME)
    parser.add_argument("--knowledge", type=Path, metavar="FILE", help="imported official records")
    parser.add_argument("--hindsight", action="store_true", help="let measures see what was known only later")
    parser.add_argument("--publish", action="store_true", help="hide small counts in the report")
    parser.add_argument("--memory", default="2GB", help="what the engine may hold at once")


def rule_names(text: str) -> tuple[str, ...]:
    """Rule ids and families out of what a person typed."""
    return tuple(name.strip().upper() for name in text.split(",") if name.strip())


def assumptions(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Facts and their values out of ``fact=value``; ``none`` is no fact."""
    told = (text.partition("=") for text in texts if text.strip() != NO_TERMS)
    return tuple((fact.strip(), value.strip()) for fact, _, value in told)


def usual(texts: Sequence[str]) -> bool:
    """Whether a FHIR export is judged on the usual terms where it is silent."""
    return all(text.strip() != NO_TERMS for text in texts)


def wish_of(chosen: argparse.Namespace) -> Wish:
    """What was asked for."""
    return Wish(
        chosen.source,
        chosen.out,
        chosen.engine,
        rule_names(chosen.rules),
        chosen.as_of,
        chosen.territory,
        chosen.law_of,
        assumptions(chosen.assume),
        chosen.hindsight,
        chosen.publish,
        chosen.memory,
        usual(chosen.assume),
        chosen.knowledge,
    )


def audit(wish: Wish, check: Check | None = None) -> int:
    """Run, tell, and return the exit code: 0 clean, 1 findings, 2 bad input, 3 a fault of ours.

    `check` makes the check of medicines over the lake; without it rules that need its findings cannot tell.
    """
    console = Console(stderr=True, highlight=False)
    try:
        with OnConsole(console) as teller, rarely_collected():
            done = run_audit(wish, now=utc_now(), teller=teller, check=check)
    except BadInput as trouble:
        console.print(f"Cannot audit: {trouble}.", markup=False, soft_wrap=True)
        return Exit.BAD_INPUT
    except Exception as trouble:
        console.print_exception()
        raise SystemExit(Exit.BROKEN) from trouble
    tell(done, wish, console)
    return done.exit


def tell(done: Done, wish: Wish, console: Console) -> None:
    """The result in a few lines."""
    made: dict[str, Any] = done.manifest
    said = ", ".join(f"{made['outcomes'][str(outcome)]:,} {outcome.en}" for outcome in Outcome)
    console.print(
        f"{made['input']['rows']:,} rows read, {made['input']['quarantined']:,} in quarantine; "
        f"{len(made['rules'])} rules: {said}.",
        soft_wrap=True,
    )
    console.print(f"{done.findings:,} findings: {wish.out / 'report.html'}", soft_wrap=True)


def main(arguments: list[str]) -> int:
    """`audit` by itself."""
    parser = argparse.ArgumentParser(prog="audit", description=__doc__)
    add_arguments(parser)
    return audit(wish_of(parser.parse_args(arguments)))


if __name__ == "__main__":  # pragma: no cover (the tests call main itself)
    sys.exit(main(sys.argv[1:]))
