"""One replay from beginning to end, and the page that tells of it."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from xinglin.benefits.policy import demo_book
from xinglin.hospital.demo.city.city import City, build
from xinglin.hospital.demo.pricing import price_list
from xinglin.hospital.demo.replay import Say
from xinglin.hospital.demo.replay_answers import Comparison, Tally, compare
from xinglin.hospital.demo.replay_causes import LISTED, Explained
from xinglin.hospital.demo.replay_shares import (
    AT_ONCE,
    Done,
    Part,
    audits,
    beside,
    control_shares,
    every_control,
    explanations,
    kept_audit,
    making,
    mark,
)
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
    seconds: float
    parts: dict[str, Done] = field(default_factory=dict)

    @property
    def proved(self) -> bool:
        """Control and audit said the same, and whatever hindsight says otherwise has a listed cause."""
        return self.comparison.identical and not self.hindsight.unexplained


def run(seed: int, scale: float, *, say: Say, work: Path | None = None) -> Replay:
    """Make the city, judge its year twice and once more in hindsight; `work` is where a broken run is taken up again.

    Raises PartFailed where a process ends without its answer.
    """
    with TemporaryDirectory() as own:
        folder = work or Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        return _run(seed, scale, folder, say)


def _run(seed: int, scale: float, folder: Path, say: Say) -> Replay:
    knowledge = load_knowledge()
    named, begun = mark(seed, scale, knowledge), perf_counter()
    spent: dict[str, Done] = {}

    def beside_one_another(parts: list[Part], names: list[str]) -> list[Any]:
        """The answers of some parts, all pieces of each."""
        done = beside(parts, folder, named, say=say)
        spent.update(zip(names, done, strict=True))
        say(f"{', '.join(f'{name}: {one.seconds:.0f} s' for name, one in zip(names, done, strict=True))}")
        return [answer for one in done for answer in one.answers]

    def city() -> City:
        return build(seed=seed, scale=scale, city_date=CITY_DATE, prices=price_list(), book=demo_book())

    ((cases, rows),) = beside_one_another([making(folder, named, city)], ["the city, its two books and their lakes"])
    shares = [f"share {number + 1} of {AT_ONCE}" for number in range(AT_ONCE)]
    control = _tallied(
        beside_one_another(
            control_shares(folder, named, knowledge, say=say), [f"control, case by case, {one}" for one in shares]
        )
    )
    parts = ["the audit of what was known then", "the audit of what is known at the end"]
    audited = beside_one_another(audits(folder, named, knowledge), parts)
    then, now = _tallied(audited[: len(Scope)]), _tallied(audited[len(Scope) :])
    compared = compare(every_control(folder, named), kept_audit(folder, named, "then"), then)
    late = Explained(compared=now.count)
    tried = [f"every difference of hindsight tried, {one}" for one in shares]
    for one in beside_one_another(explanations(folder, named, knowledge), tried):
        late.add(one)
    return Replay(seed, scale, cases, rows, control.count, compared, late, perf_counter() - begun, spent)


def _tallied(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    made = Tally()
    for one in tallies:
        made.add(one)
    return made


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
        "seconds": {name: round(one.seconds, 1) for name, one in done.parts.items()} | {"all": round(done.seconds, 1)},
        "processor": {name: round(one.worked, 1) for name, one in done.parts.items()},
        "memory": {name: one.memory for name, one in done.parts.items()},
        "proved": done.proved,
    }


def written(done: Replay) -> str:
    """The page."""
    then, late = done.comparison, done.hindsight
    same = "identical" if then.identical else f"**{len(then.unlike) + len(then.alone)} differ**"
    parts = [
        "# The replay: one year, judged twice",
        f"Printed by `make replay` (city of seed {done.seed}, scale {done.scale}, {len(RULES)} rules, "
        f"Python {platform.python_version()}, {platform.machine()}). Control runs in "
        f"{AT_ONCE} processes, each with the cases of some of the persons and with all of the history; the two audits "
        "run beside one another. Every verdict is compared by its hash; none is left out.",
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
        "## Seconds and memory",
        "Seconds are those by the clock and those of a processor, memory is the most that the process of a part held. "
        "Both shares of a part run beside one another, and so do both audits. Others may use the machine meanwhile: "
        "what the proof costs are a processor's seconds.",
        _table(
            ("part", "seconds", "of a processor", "memory, MiB"),
            [
                *((name, f"{one.seconds:.0f}", f"{one.worked:.0f}", one.memory) for name, one in done.parts.items()),
                ("all", f"{done.seconds:.0f}", f"{sum(one.worked for one in done.parts.values()):.0f}", ""),
            ],
        ),
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
