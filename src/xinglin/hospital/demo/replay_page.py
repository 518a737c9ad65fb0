"""One replay from beginning to end, and the page that tells of it."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from xinglin.benefits.policy import demo_book
from xinglin.hospital.demo.city.city import build
from xinglin.hospital.demo.pricing import price_list
from xinglin.hospital.demo.replay import Answers, Cases, Comparison, Say, books
from xinglin.hospital.demo.replay_causes import LISTED, Explained
from xinglin.hospital.demo.replay_shares import AT_ONCE, audits, beside, control_shares, mark
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.tables.loading import load_knowledge
from xinglin.supervision.verdicts import Outcome, Scope

CITY_DATE: Final = date(2026, 11, 20)
"""The last day of every city that is replayed: the proof must not change with the calendar."""
SHOWN: Final = 20


@dataclass
class Replay:
    """What was compared, and how long each part took."""

    seed: int
    scale: float
    cases: int
    rows: int
    verdicts: int
    comparison: Comparison
    hindsight: Explained
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def proved(self) -> bool:
        """Control and audit said the same, and whatever hindsight says otherwise has a listed cause."""
        return self.comparison.identical and not self.hindsight.unexplained


def run(seed: int, scale: float, *, say: Say, work: Path | None = None) -> Replay:
    """Make the city, judge its year twice and once more in hindsight; `work` is where a broken run is taken up again.

    Raises PartFailed where a process ends without its answer.
    """
    knowledge = load_knowledge()
    begun = perf_counter()
    city = build(seed=seed, scale=scale, city_date=CITY_DATE, prices=price_list(), book=demo_book())
    first, last = books(city)
    del city
    cases = list(Cases(first, last).all())
    with TemporaryDirectory() as own:
        folder = work or Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        named = mark(seed, scale, knowledge)
        lakes = folder / f"{named}-then", folder / f"{named}-now"
        for book, lake in zip((first, last), lakes, strict=True):
            book.write(lake)
        seconds = {"the city, its two books and their lakes": perf_counter() - begun}
        say(f"{len(cases)} cases, {len(first.rows)} rows in {perf_counter() - begun:.0f} s")
        shares = beside(control_shares(first, cases, knowledge, say=say), folder, named, say=say)
        given = Answers()
        for one in shares:
            while one.answers:
                given.take(one.answers.pop())
        judged, size = len(cases), len(first.rows)
        cases.clear()
        seconds |= {f"control, case by case, share {n + 1} of {AT_ONCE}": one.seconds for n, one in enumerate(shares)}
        say(f"control: {', '.join(f'{one.seconds:.0f} s' for one in shares)}")
        then, late = beside(audits(lakes, first, last, given, knowledge, say=say), folder, named, say=say)
    seconds |= {"the audit of what was known then": then.seconds}
    seconds |= {"the audit in hindsight, every difference tried": late.seconds, "all": perf_counter() - begun}
    return Replay(seed, scale, judged, size, len(given), then.answers[0], late.answers[0], seconds)


def as_json(done: Replay) -> dict[str, Any]:
    """The figures for programs."""
    late = done.hindsight
    return {
        "seed": done.seed,
        "scale": done.scale,
        "cases": done.cases,
        "rows": done.rows,
        "verdicts": done.verdicts,
        "different": len(done.comparison.unlike) + len(done.comparison.alone),
        "outcomes": {outcome.value: done.comparison.outcomes[outcome] for outcome in Outcome},
        "hindsight": {"compared": late.compared, "differing": late.differing, "turned": late.turned},
        "causes": dict(late.causes),
        "unexplained": len(late.unexplained),
        "seconds": {name: round(value, 1) for name, value in done.seconds.items()},
        "proved": done.proved,
    }


def written(done: Replay) -> str:
    """The page."""
    then, late = done.comparison, done.hindsight
    same = "identical" if then.identical else f"**{len(then.unlike) + len(then.alone)} differ**"
    parts = [
        "# The replay: one year, judged twice",
        f"Printed by `make replay` (city of seed {done.seed}, scale {done.scale}, {len(RULES)} rules, "
        f"Python {platform.python_version()}, {platform.machine()}; seconds by the clock on the wall). Control runs in "
        f"{AT_ONCE} processes, each with the cases of some of the persons and with all of the history; the two audits "
        "run beside one another.",
        "Each case was judged at control when its rows had arrived, with a history that held the rows that had arrived "
        "by then and no other. Then the audit judged the whole lake in one pass, asking what was known then. A verdict "
        "is the same when rule, subject and hash are: outcome, evidence, missing facts, excess and lines.",
        _table(
            ("rows", "cases", "verdicts at control", "verdicts of the audit", "compared by hash"),
            [(done.rows, done.cases, done.verdicts, sum(then.verdicts.values()), same)],
        ),
        _table(("subjects", "verdicts"), [(scope.en, then.verdicts[scope.value]) for scope in Scope]),
        _table(("outcome", "verdicts"), [(outcome.en, then.outcomes[outcome]) for outcome in Outcome]),
        "## Hindsight",
        f"With all that is known at the end of the year, {late.differing:,} of {late.compared:,} verdicts are not the "
        f"ones that were given then; in {late.turned:,} the outcome itself is another one. Each was judged again with "
        "one cause after another let in; whatever changed it is counted, so one verdict may have several causes. "
        f"Unexplained: **{len(late.unexplained)}**.",
        _table(("cause", "verdicts"), [(words.en, late.causes[name]) for name, words in LISTED.items()]),
        _table(("rule", "differing verdicts"), late.rules.most_common(SHOWN)),
        "## Seconds",
        _table(("part", "seconds"), [(name, f"{value:.0f}") for name, value in done.seconds.items()]),
        *_complaints(done),
    ]
    return "\n\n".join(parts) + "\n"


def _complaints(done: Replay) -> list[str]:
    named: Mapping[str, list[tuple[str, str]]] = {
        "Not the same at control and audit": done.comparison.unlike + done.comparison.alone,
        "Unexplained in hindsight": done.hindsight.unexplained,
    }
    return [
        f"## {title}\n\n{dict(Counter(rule for rule, _ in places))}\n\n"
        + "\n".join(f"- {rule} on {subject}" for rule, subject in places[:SHOWN])
        for title, places in named.items()
        if places
    ]


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    def cell(value: Any) -> str:
        return f"{value:,}" if isinstance(value, int) else str(value)

    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell(value) for value in line) + " |" for line in lines)
