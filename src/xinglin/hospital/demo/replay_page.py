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
from xinglin.hospital.demo.replay import Cases, Comparison, Say, audit_all, books, compare, control_all
from xinglin.hospital.demo.replay_causes import LISTED, Explained, Hindsight, explain_all
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


def run(seed: int, scale: float, *, say: Say) -> Replay:
    """Make the city, judge its year twice and once more in hindsight."""
    knowledge = load_knowledge()
    seconds: dict[str, float] = {}
    begun = perf_counter()

    def took(name: str) -> None:
        nonlocal begun
        seconds[name] = perf_counter() - begun
        begun = perf_counter()
        say(f"{name}: {seconds[name]:.0f} s")

    city = build(seed=seed, scale=scale, city_date=CITY_DATE, prices=price_list(), book=demo_book())
    first, last = books(city)
    cases = list(Cases(first, last).all())
    took("the city and its two books")
    given, history = control_all(first, cases, knowledge, say=say)
    took("control, case by case")
    with TemporaryDirectory() as folder:
        first.write(Path(folder))
        comparison = compare(given, audit_all(Path(folder), knowledge, then=True))
    took("the audit of what was known then")
    with TemporaryDirectory() as folder:
        last.write(Path(folder))
        years = Hindsight(history, last, knowledge)
        explained = explain_all(years, given, audit_all(Path(folder), knowledge, then=False))
    took("the audit in hindsight, every difference tried")
    return Replay(seed, scale, len(cases), len(first.rows), len(given), comparison, explained, seconds)


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
        f"Python {platform.python_version()}, {platform.machine()}; seconds by the clock on the wall of a machine that "
        "other work shared).",
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
