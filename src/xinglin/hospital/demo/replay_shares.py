"""The parts of a replay that run beside one another: each in a process of its own, with a share.

A share is the cases of some of the persons, cut into pieces of the year; the history is the same in all. An audit goes
scope by scope. What was answered of a piece or a scope is kept in the folder of work as soon as it is there, so that a
run that was broken off goes on from there when it is started again with the same folder, the same city, the same rules
and the same knowledge: it loses the piece at which each process was. The process that starts the others holds no book
and no verdict, so that memory is what two of them take.
"""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import pickle
import resource
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final
from zlib import crc32

from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.replay import Book, Cases, Say, audit_all, books, control_pieces
from xinglin.hospital.demo.replay_answers import Tally, differences
from xinglin.hospital.demo.replay_causes import Explained, Hindsight, explain_all
from xinglin.supervision.catalogue import RULES
from xinglin.supervision.facts.lake import TABLES, World
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Scope

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
    """What a part answered, piece by piece, and what that took; in an earlier run, where it was kept."""

    answers: list[Any]
    seconds: float
    """By the clock on the wall."""
    worked: float
    """Seconds of a processor."""
    memory: int
    """The most that its process held, in MiB."""


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
    begun, worked = perf_counter(), process_time()
    for piece, answer in part.work({piece for piece, path in enumerate(paths) if path.exists()}):
        half = paths[piece].with_suffix(f".{os.getpid()}")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        with half.open("wb") as file:
            taken = perf_counter() - begun, process_time() - worked, memory
            pickle.dump((answer, *taken), file, protocol=pickle.HIGHEST_PROTOCOL)
        half.replace(paths[piece])
        begun, worked = perf_counter(), process_time()


def _read(paths: list[Path]) -> Done:
    """What was answered, piece after piece, and what all of them took."""
    found = []
    for path in paths:
        with path.open("rb") as file:
            found.append(pickle.load(file))  # Written by this run, or by an earlier one of the same mark.
    answers, seconds, worked, memory = zip(*found, strict=True)
    return Done(list(answers), sum(seconds), sum(worked), max(memory))


def making(folder: Path, named: str, make: Callable[[], City]) -> Part:
    """The city, its two books and their lakes, in the folder of work. Answers how many cases and rows there are."""

    def work(_kept: Container[int]) -> Iterator[tuple[int, tuple[int, int]]]:
        first, last = books(make())
        cases = sum(1 for _ in Cases(first, last).all())  # Writes into the rows when each was judged.
        for book, name in ((first, "then"), (last, "now")):
            book.write(folder / f"{named}-{name}")
            book.save(folder / f"{named}-{name}.book", None if book is first else first)
        yield 0, (cases, len(first.rows))

    return Part("books", work)


def control_shares(folder: Path, named: str, knowledge: Knowledge, *, say: Say) -> list[Part]:
    """Every case at control, in shares of the persons and pieces of the year; answers how many verdicts were kept."""

    def share(number: int) -> Callable[[Container[int]], Iterator[tuple[int, Tally]]]:
        def work(kept: Container[int]) -> Iterator[tuple[int, Tally]]:
            book = Book.load(folder / f"{named}-then.book")
            cases = Cases(book, book).all()
            told = control_pieces(
                book, cases, knowledge, World(), say=say, share=(number, AT_ONCE), pieces=PIECES, without=kept
            )
            for piece, given in told:
                yield piece, given.keep(kept_control(folder, named, number, piece))

        return work

    return [Part(f"control-{number + 1}-of-{AT_ONCE}", share(number), PIECES) for number in range(AT_ONCE)]


def kept_control(folder: Path, named: str, share: int, piece: int) -> Path:
    """Where control keeps what it said of a piece of a share."""
    return folder / f"{named}-said-control-{share + 1}-{piece + 1:02}"


def every_control(folder: Path, named: str) -> list[Path]:
    """Where control keeps all that it said."""
    return [kept_control(folder, named, share, piece) for share in range(AT_ONCE) for piece in range(PIECES)]


def audits(folder: Path, named: str, knowledge: Knowledge) -> list[Part]:
    """The audit of what was known then and the audit in hindsight; answer how many verdicts were kept of each scope."""

    def part(name: str) -> Part:
        def work(kept: Container[int]) -> Iterator[tuple[int, Tally]]:
            into = kept_audit(folder, named, name)
            return audit_all(folder / f"{named}-{name}", knowledge, into, then=name == "then", without=kept)

        return Part(f"audit-{name}", work, len(Scope))

    return [part("then"), part("now")]


def kept_audit(folder: Path, named: str, name: str) -> Path:
    """Where the audit keeps what it said of the lake of a name."""
    return folder / f"{named}-said-audit-{name}"


def explanations(folder: Path, named: str, knowledge: Knowledge) -> list[Part]:
    """Every difference of hindsight tried, scope by scope, in shares of the subjects."""

    def share(number: int) -> Callable[[Container[int]], Iterator[tuple[int, Explained]]]:
        def work(kept: Container[int]) -> Iterator[tuple[int, Explained]]:
            first = Book.load(folder / f"{named}-then.book")
            years = Hindsight(world_of_book(first), Book.load(folder / f"{named}-now.book", first), knowledge)
            audit = kept_audit(folder, named, "now")
            for piece, scope in enumerate(Scope):
                if piece not in kept:
                    found = differences(scope, every_control(folder, named), audit)
                    yield piece, explain_all(years, (one for one in found if _share_of(one.subject) == number))

        return work

    return [Part(f"explained-{number + 1}-of-{AT_ONCE}", share(number), len(Scope)) for number in range(AT_ONCE)]


def _share_of(subject: str) -> int:
    return crc32(subject.encode()) % AT_ONCE


def world_of_book(book: Book) -> World:
    """All rows of a book."""
    made = World()
    for table in TABLES:
        made.extend(table, (row for (of, _), row in book.rows.items() if of == table))
    return made
