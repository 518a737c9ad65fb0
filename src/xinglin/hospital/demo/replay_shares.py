"""The parts of a replay that run beside one another: processes forked once the books stand, each with a share.

A share is the cases of some of the persons, cut into pieces of the year; the history is the same in all. What was
answered of a piece, or by an audit, is kept in the folder of work as soon as it is there, so that a run that was broken
off goes on from there when it is started again with the same folder, the same city, the same rules and the same
knowledge: it loses the piece at which each process was.
"""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import pickle
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from xinglin.hospital.demo.replay import Answers, Book, Comparison, Judging, Say, audit_all, compare, control_pieces
from xinglin.hospital.demo.replay_causes import Explained, Hindsight, explain_all
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.facts.lake import TABLES, World
from xinglin.supervision.tables.knowledge import Knowledge

AT_ONCE: Final = 2
PIECES: Final = 12
"""Into how many pieces of the year each share is cut."""
HERE: Final = Path(__file__).parents[2]
TEXTS: Final = ("supervision/**/*.py", "medication/**/*.py", "clinical/**/*.py", "hospital/demo/**/*.py")
ROWS: Final = "clinical/knowledge/medicines/**/*.csv"


class PartFailed(RuntimeError):
    """A process of the replay ended without its answer. What others have answered is kept in the folder of work."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one process of a replay does, known by its name: one piece after another, but for those that are kept."""

    name: str
    work: Callable[[Container[int]], Iterable[tuple[int, Any]]]
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """What a part answered, piece by piece, and the seconds it took; in an earlier run, where it was kept."""

    answers: list[Any]
    seconds: float


def mark(seed: int, scale: float, knowledge: Knowledge) -> str:
    """What the answers of a replay depend on, as one hash: the city, the knowledge of law and medicines, the code."""
    made = hashlib.sha256(f"{seed} {scale} {knowledge.digest} {[(one.id, one.version) for one in RULES]}".encode())
    for path in sorted(path for pattern in (*TEXTS, ROWS) for path in HERE.glob(pattern)):
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
        paths = _paths(part, folder, named)
        kept = sum(path.exists() for path in paths)
        if kept:
            say(f"{part.name}: kept from an earlier run: {kept} of {len(paths)}")
        if kept < len(paths):
            running.append((part, context.Process(target=_do, args=(part, paths))))
            running[-1][1].start()
    failed = []
    for part, process in running:
        process.join()
        if process.exitcode != 0:
            failed.append(f"{part.name} ({process.exitcode})")
    gc.unfreeze()
    if failed:
        raise PartFailed(f"ended without an answer: {', '.join(failed)}; what was answered is kept in {folder}")
    return [_read(_paths(part, folder, named)) for part in wanted]


def _paths(part: Part, folder: Path, named: str) -> list[Path]:
    """Where the answers to the pieces of a part are kept."""
    return [folder / f"{named}-{part.name}-{piece + 1:02}-of-{part.pieces:02}.pickle" for piece in range(part.pieces)]


def _do(part: Part, paths: list[Path]) -> None:
    gc.set_threshold(100_000, 50, 100)
    begun = perf_counter()
    for piece, answer in part.work({piece for piece, path in enumerate(paths) if path.exists()}):
        half = paths[piece].with_suffix(f".{os.getpid()}")
        with half.open("wb") as file:
            pickle.dump((answer, perf_counter() - begun), file, protocol=pickle.HIGHEST_PROTOCOL)
        half.replace(paths[piece])
        begun = perf_counter()


def _read(paths: list[Path]) -> Done:
    """What was answered, piece after piece, and the seconds of all."""
    answers, spent = [], 0.0
    for path in paths:
        with path.open("rb") as file:
            answer, seconds = pickle.load(file)  # Written by this run, or by an earlier one of the same mark.
        answers.append(answer)
        spent += seconds
    return Done(answers, spent)


def control_shares(book: Book, cases: list[Judging], knowledge: Knowledge, *, say: Say) -> list[Part]:
    """Every case at control, in shares of the persons and pieces of the year."""

    def share(number: int) -> Callable[[Container[int]], Iterator[tuple[int, Answers]]]:
        return lambda kept: control_pieces(
            book,
            cases,
            knowledge,
            World(),
            say=say,
            share=(number, AT_ONCE),
            pieces=PIECES,
            without=kept,
        )

    return [Part(f"control-{number + 1}-of-{AT_ONCE}", share(number), PIECES) for number in range(AT_ONCE)]


def audits(
    lakes: tuple[Path, Path], first: Book, last: Book, given: Answers, knowledge: Knowledge, *, say: Say
) -> list[Part]:
    """The audit of what was known then and the audit in hindsight, each held against what control gave."""

    def then(_kept: Container[int]) -> Iterator[tuple[int, Comparison]]:
        yield 0, compare(given, audit_all(lakes[0], knowledge, then=True))

    def hindsight(_kept: Container[int]) -> Iterator[tuple[int, Explained]]:
        years = Hindsight(world_of_book(first), last, knowledge)
        yield 0, explain_all(years, given, audit_all(lakes[1], knowledge, then=False))

    say(f"{len(given)} verdicts at control")
    return [Part("then", then), Part("hindsight", hindsight)]


def world_of_book(book: Book) -> World:
    """All rows of a book."""
    made = World()
    for table in TABLES:
        made.extend(table, (row for (of, _), row in book.rows.items() if of == table))
    return made
