"""The parts of a replay that run beside one another: processes forked once the books stand, each with a share.

A share is the cases of some of the persons; the history is the same in all. What a share or an audit has answered is
kept in the folder of work, so that a run that was broken off goes on from there when it is started again with the same
folder, the same city, the same rules and the same knowledge.
"""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from xinglin.hospital.demo.replay import Answers, Book, Comparison, Judging, Say, audit_all, compare, control_all
from xinglin.hospital.demo.replay_causes import Explained, Hindsight, explain_all
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.facts.lake import TABLES, World
from xinglin.supervision.tables.knowledge import Knowledge

AT_ONCE: Final = 2
CODE: Final = Path(__file__).parents[2] / "supervision"


class PartFailed(RuntimeError):
    """A process of the replay ended without its answer. What others have answered is kept in the folder of work."""


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of work of a replay, known by its name, and what does it."""

    name: str
    work: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Done:
    """What a part answered, and the seconds it took."""

    answer: Any
    seconds: float
    kept: bool = False
    """It was answered in an earlier run."""


def mark(seed: int, scale: float, knowledge: Knowledge) -> str:
    """What the answers of a replay depend on, as one hash: the city, the knowledge and the text of the engine."""
    made = hashlib.sha256(f"{seed} {scale} {knowledge.digest} {[(one.id, one.version) for one in RULES]}".encode())
    for path in sorted((*CODE.rglob("*.py"), *Path(__file__).parent.rglob("*.py"))):
        made.update(path.read_bytes())
    return made.hexdigest()[:24]


def beside(parts: Iterable[Part], folder: Path, named: str, *, say: Say) -> list[Done]:
    """Do the parts at once, each in a process of its own. Raises PartFailed where one ends without an answer."""
    wanted = list(parts)
    gc.collect()
    gc.freeze()  # What stands by now is shared with the children; the collector must not touch it.
    context = multiprocessing.get_context("fork")
    running = []
    for part in wanted:
        path = folder / f"{named}-{part.name}.pickle"
        if path.exists():
            say(f"{part.name}: kept from an earlier run")
        else:
            running.append((part, context.Process(target=_do, args=(part, path))))
            running[-1][1].start()
    failed = []
    for part, process in running:
        process.join()
        if process.exitcode != 0:
            failed.append(f"{part.name} ({process.exitcode})")
    gc.unfreeze()
    if failed:
        raise PartFailed(f"ended without an answer: {', '.join(failed)}; the others are kept in {folder}")
    fresh = {part.name for part, _ in running}
    return [_read(folder / f"{named}-{part.name}.pickle", kept=part.name not in fresh) for part in wanted]


def _do(part: Part, path: Path) -> None:
    gc.set_threshold(100_000, 50, 100)
    begun = perf_counter()
    answer = part.work()
    half = path.with_suffix(f".{os.getpid()}")
    with half.open("wb") as file:
        pickle.dump((answer, perf_counter() - begun), file, protocol=pickle.HIGHEST_PROTOCOL)
    half.replace(path)


def _read(path: Path, *, kept: bool) -> Done:
    with path.open("rb") as file:
        answer, seconds = pickle.load(file)  # Written by this run, or by an earlier one of the same mark.
    return Done(answer, seconds, kept)


def control_shares(book: Book, cases: list[Judging], knowledge: Knowledge, *, say: Say) -> list[Part]:
    """Every case at control, in shares."""

    def share(number: int) -> Callable[[], Answers]:
        return lambda: control_all(book, cases, knowledge, say=say, share=(number, AT_ONCE))[0]

    return [Part(f"control-{number + 1}-of-{AT_ONCE}", share(number)) for number in range(AT_ONCE)]


def audits(
    lakes: tuple[Path, Path], first: Book, last: Book, given: Answers, knowledge: Knowledge, *, say: Say
) -> list[Part]:
    """The audit of what was known then and the audit in hindsight, each held against what control gave."""

    def then() -> Comparison:
        return compare(given, audit_all(lakes[0], knowledge, then=True))

    def hindsight() -> Explained:
        years = Hindsight(world_of_book(first), last, knowledge)
        return explain_all(years, given, audit_all(lakes[1], knowledge, then=False))

    say(f"{len(given)} verdicts at control")
    return [Part("then", then), Part("hindsight", hindsight)]


def world_of_book(book: Book) -> World:
    """All rows of a book."""
    made = World()
    for table in TABLES:
        made.extend(table, (row for (of, _), row in book.rows.items() if of == table))
    return made
