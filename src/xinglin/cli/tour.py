"""`xinglin tour`: the whole loop on a throw-away database, told step by step with the figures that it produced."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from xinglin.cli import frame

if TYPE_CHECKING:
    from rich.console import Console

    from xinglin.hospital.demo.tour.telling import Part, Step
    from xinglin.hospital.kernel.texts import T
    from xinglin.hospital.oversight.selectors import Asked

MARKS = {"clear": ("✓", "green"), "not_applicable": ("–", "dim"), "finding": ("!", "bold yellow"),
         "cannot_tell": ("?", "bold magenta")}  # fmt: skip
Say = Callable[["T"], str]


def tour(
    language: Annotated[str, typer.Option(help="zh or en.", envvar="XINGLIN_LANGUAGE")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="For programs: every step, in both languages.")] = False,
) -> None:
    """Walk the whole loop headless, from registration to the journal. Exit code 0 only when all of it held."""
    if language not in {"zh", "en"}:
        frame.say("The tour is told in zh or en.")
        raise typer.Exit(2)
    console = frame.console()
    began = time.monotonic()
    with ExitStack() as stack:
        _open(stack, console, quiet=as_json)
        from xinglin.hospital.demo.tour import story
        from xinglin.hospital.demo.tour.telling import TourBroken

        teller = _Teller(console, language)
        parts: list[Part] = []
        try:
            story.walk(parts.append if as_json else teller.part)
        except TourBroken as broken:
            frame.say(f"This did not hold: {broken}")
            raise typer.Exit(frame.REFUSED) from None
        finally:
            _close_connections()
        seconds = time.monotonic() - began
        if as_json:
            frame.write_json({"held": True, "seconds": round(seconds, 1), "parts": [part.as_json() for part in parts]})
        else:
            teller.end(seconds)


def _open(stack: ExitStack, console: Console, *, quiet: bool) -> None:
    """Start the database if need be, make one of our own in it, make Django ready on that, and make the tables."""
    from xinglin.hospital.config import postgres, throwaway

    server = os.environ.get("DATABASE_URL") or stack.enter_context(postgres.using(postgres.live_cluster()))
    address = stack.enter_context(throwaway.database(server, "xinglin_tour"))
    os.environ |= {"DATABASE_URL": address, "XINGLIN_DEMO": "1"}
    frame.open_hospital()
    from django.core.management import call_command

    status = console.status("Making the tables of a throw-away database …")
    with status if not quiet else ExitStack():
        call_command("migrate", verbosity=0, interactive=False)


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()


class _Teller:
    """Prints parts as they happen."""

    def __init__(self, console: Console, language: str) -> None:
        self.console = console
        self.language = language
        self.count = 0
        self.asked: dict[str, int] = dict.fromkeys(MARKS, 0)

    def says(self, text: T) -> str:
        """A text in the language of the tour, safe for the console."""
        from rich.markup import escape

        return escape(text.in_(self.language))

    def pick(self, zh: str, en: str) -> str:
        """Words of our own."""
        return en if self.language == "en" else zh

    def part(self, part: Part) -> None:
        """One chapter."""
        from rich.rule import Rule
        from rich.text import Text

        self.count += 1
        self.console.print()
        self.console.print(
            Rule(Text(f"{self.count}  {part.title.in_(self.language)}", "bold cyan"), align="left", style="cyan")
        )
        self.console.print(f"[dim italic]{self.says(part.intro)}[/]")
        for step in part.steps:
            self.step(step)

    def step(self, step: Step) -> None:
        """One deed with its figures, what the rules answered, and a refusal."""
        from rich.table import Table

        self.console.print()
        refused = f" [bold yellow]{self.pick('被拒绝', 'refused')}[/]" if step.refusal else ""
        self.console.print(f"[bold]{self.says(step.who)}[/]  {self.says(step.did)}{refused}")
        grid = Table.grid(padding=(0, 2))
        grid.add_column(width=2)
        grid.add_column(style="dim", no_wrap=True, max_width=34)
        grid.add_column(overflow="fold")
        for name, value in step.figures:
            grid.add_row("", self.says(name), self.says(value))
        said: set[str] = set()
        for asked in step.asked:
            self.ask(grid.add_row, asked, said)
        told = [one.sentence for asked in step.asked for one in asked.rulings if one.sentence]
        if step.refusal:
            if not any(sentence.in_(self.language) in step.refusal.in_(self.language) for sentence in told):
                grid.add_row("", self.pick("理由", "because"), self.says(step.refusal))
            if step.advice and step.advice.in_(self.language).strip():
                grid.add_row("", self.pick("怎么办", "what would help"), self.says(step.advice))
        if grid.row_count:
            self.console.print(grid)

    def ask(self, row: Callable[..., None], asked: Asked, said: set[str]) -> None:
        """The rules of one judgement on one line, and below it whatever is not clear and was not `said` before."""
        moments = {
            "remind": self.pick("规则·事前提醒", "rules, reminder"),
            "control": self.pick("规则·事中控制", "rules, control"),
        }
        cells = []
        for one in sorted(asked.rulings, key=lambda r: r.rule):
            mark, style = MARKS[one.outcome]
            self.asked[one.outcome] += 1
            cells.append(f"[{style}]{one.rule}{mark}[/]")
        row("", moments.get(asked.moment, asked.moment), " ".join(cells))
        for one in asked.rulings:
            if one.sentence is None or one.consequence is None or one.sentence.en in said:
                continue
            said.add(one.sentence.en)
            missing = "、".join(text.in_(self.language) for text in one.missing) if one.missing else ""
            lacks = f" [magenta]({self.pick('缺', 'missing')}: {missing})[/]" if missing else ""
            row("", f"  {one.rule} → {self.says(one.consequence)}", self.says(one.sentence) + lacks)

    def end(self, seconds: float) -> None:
        """The sums of the whole tour."""
        names = {
            "clear": self.pick("合规", "clear"),
            "not_applicable": self.pick("不适用", "not applicable"),
            "finding": self.pick("疑点", "finding"),
            "cannot_tell": self.pick("无法判断", "cannot tell"),
        }
        counts = "  ".join(
            f"[{style}]{names[code]} {mark} {self.asked[code]}[/]" for code, (mark, style) in MARKS.items()
        )
        self.console.print()
        self.console.print(f"{self.pick('正式询问的回答', 'What the rules answered, previews not counted')}:  {counts}")
        ended = self.pick(
            "全部成立，用时 {s:.0f} 秒；这个数据库现在删除。打开医院：make demo",
            "All of it held, in {s:.0f} seconds. This database is dropped now. To open the hospital: make demo",
        )
        self.console.print(f"[bold green]{ended.format(s=seconds)}[/]")
