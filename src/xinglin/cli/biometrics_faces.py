"""`xinglin biometrics evaluate`: labelled pairs of pictures through the face engine, and what is written about them.

Written to the folder of results: pairs.csv (one row a pair), roc.csv, roc.svg, summary.json, and quarantine.csv for the
rows that could not be used. Each picture is read once, however many pairs name it.
"""

from __future__ import annotations

import csv
import html
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from xinglin.biometrics.errors import BadImage, NotInstalled
from xinglin.biometrics.evaluating import (
    PAIR_COLUMNS,
    BadRow,
    Outcome,
    Pair,
    Point,
    Summary,
    by_group,
    read_pairs,
    roc,
    summarise,
)
from xinglin.biometrics.evaluating import Scores as PairScores
from xinglin.biometrics.matching import Vector, cosine, decide
from xinglin.biometrics.pictures import MAX_BYTES, decode
from xinglin.cli import frame

if TYPE_CHECKING:
    from xinglin.biometrics.faces import Faces, Pixels

Made = TypeVar("Made")
SIDE = 1280
"""Longest side of a picture that is looked at."""
CHIP = 112
"""Pixels a side of a face that is aligned already, as public sets often come."""


class Way(StrEnum):
    """How a picture becomes a likeness: as in the hospital, without its gates, or taken for an aligned face."""

    GATED = "gated"
    UNGATED = "ungated"
    ALIGNED = "aligned"


class BadInput(ValueError):
    """The table of pairs cannot be used at all: not there, not text, or a column is missing."""


BAD_INPUT = 2


@contextmanager
def refusing(out: Path | None = None) -> Iterator[None]:
    """What ends an evaluation, in one sentence and with its exit code. `out` is the folder that is written to."""
    try:
        yield
    except NotInstalled as absent:
        frame.say(str(absent))
        raise typer.Exit(frame.REFUSED) from absent
    except BadInput as fault:
        frame.say(str(fault))
        raise typer.Exit(BAD_INPUT) from fault
    except OSError as fault:
        if out is None:
            raise
        frame.say(f"{out} cannot be written ({fault.strerror}).")
        raise typer.Exit(BAD_INPUT) from fault


@dataclass
class Evaluation:
    """What came out: a row a pair, the rows put aside, milliseconds of each step and how often it ran."""

    engine: str
    thresholds: Mapping[str, float]
    outcomes: list[Outcome] = field(default_factory=list)
    quarantine: list[BadRow] = field(default_factory=list)
    spent: dict[str, list[float]] = field(default_factory=dict)

    @property
    def summary(self) -> Summary:
        """Over all pairs."""
        return summarise(self.outcomes, self.thresholds)

    @property
    def curve(self) -> list[Point]:
        """The ROC over all pairs with a score."""
        return roc(PairScores.of((one.score, one.pair.same) for one in self.outcomes if one.score is not None))

    def milliseconds(self) -> dict[str, float]:
        """The mean of each step, in milliseconds of this thread's processor time."""
        return {name: round(1000 * sum(times) / len(times), 2) for name, times in self.spent.items() if times}


def load(table: Path) -> tuple[list[Pair], list[BadRow]]:
    """The pairs of the table and the rows put aside; BadInput when it is no such table."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            absent = [name for name in PAIR_COLUMNS if name not in (reader.fieldnames or ())]
            if absent:
                raise BadInput(f"{table.name} lacks the columns {', '.join(absent)}; it needs path_a, path_b, same.")
            return read_pairs(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise BadInput(f"{table.name} cannot be read as a CSV in UTF-8 ({type(fault).__name__}).") from fault


def evaluate(table: Path, faces: Faces, *, mirrored: bool = False, way: Way = Way.GATED) -> Evaluation:
    """Score every pair of the table. Paths are taken from the table's own folder. BadInput when nothing can be used."""
    pairs, bad = load(table)
    done = Evaluation(faces.engine.name, faces.engine.thresholds, quarantine=bad)
    seen: dict[str, tuple[Vector | None, tuple[str, ...], str]] = {}

    def look(name: str) -> tuple[Vector | None, tuple[str, ...], str]:
        if name not in seen:
            seen[name] = _look(table.parent / name, faces, done.spent, mirrored=mirrored, way=way)
        return seen[name]

    for pair in pairs:
        (one, why_a, fault_a), (other, why_b, fault_b) = look(pair.path_a), look(pair.path_b)
        if fault := fault_a or fault_b:
            done.quarantine.append(BadRow(pair.row, fault))
        elif one is None or other is None:
            done.outcomes.append(Outcome(pair, None, (*why_a, *why_b)))
        else:
            done.outcomes.append(Outcome(pair, cosine(one, other)))
    if not done.outcomes:
        raise BadInput(f"No row of {table.name} can be used; the first: {_first(done.quarantine)}")
    done.quarantine.sort(key=lambda row: row.row)
    return done


def _first(quarantine: list[BadRow]) -> str:
    return f"row {quarantine[0].row}: {quarantine[0].reason}" if quarantine else "it has none."


def _look(
    path: Path, faces: Faces, spent: dict[str, list[float]], *, mirrored: bool, way: Way
) -> tuple[Vector | None, tuple[str, ...], str]:
    """The likeness in a picture, or the gates that it failed, or why the row cannot be used."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadImage("too_large")
        raw = path.read_bytes()
        pixels = _timed(spent, "decode", lambda: decode(raw, longest=SIDE))
    except OSError as fault:
        return None, (), f"{path.name} cannot be read ({fault.strerror})"
    except BadImage as fault:
        return None, (), f"{path.name}: {fault.dotted}"
    if way is Way.ALIGNED:
        if pixels.shape[:2] != (CHIP, CHIP):
            return None, (), f"{path.name} is not {CHIP}×{CHIP}, as an aligned face is"
        return _timed(spent, "embed", lambda: faces.embed(pixels, mirrored=mirrored)), (), ""
    if way is Way.UNGATED:
        return _ungated(pixels, faces, spent, mirrored=mirrored)
    reading = _timed(spent, "read", lambda: faces.read(pixels, mirrored=mirrored))
    return (reading.vector if reading.usable else None), tuple(gate.value for gate in reading.reasons), ""


def _ungated(
    pixels: Pixels, faces: Faces, spent: dict[str, list[float]], *, mirrored: bool
) -> tuple[Vector | None, tuple[str, ...], str]:
    found = _timed(spent, "detect", lambda: faces.detect(pixels))
    if not found:
        return None, ("no_face",), ""
    points = _timed(spent, "landmarks", lambda: faces.landmarks(pixels, found[0]))
    chip = _timed(spent, "align", lambda: faces.align(pixels, points))
    return _timed(spent, "embed", lambda: faces.embed(chip, mirrored=mirrored)), (), ""


def _timed(spent: dict[str, list[float]], step: str, work: Callable[[], Made]) -> Made:
    began = time.thread_time()
    made = work()
    spent.setdefault(step, []).append(time.thread_time() - began)
    return made


def as_json(done: Evaluation) -> dict[str, Any]:
    """The whole result for programs; a threshold that nothing reaches is null."""
    whole = {
        "engine": done.engine,
        "summary": asdict(done.summary),
        "groups": {name: asdict(one) for name, one in by_group(done.outcomes, done.thresholds).items()},
        "quarantined": len(done.quarantine),
        "milliseconds": done.milliseconds(),
    }
    finite: dict[str, Any] = _finite(whole)
    return finite


def _finite(value: Any) -> Any:
    """JSON knows no infinity."""
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write(done: Evaluation, folder: Path) -> None:
    """The files of the result; the folder is made when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    _csv(
        folder / "pairs.csv",
        ("row", "path_a", "path_b", "same", "group", "score", "decision", "reasons"),
        [_pair_row(one, done.thresholds) for one in done.outcomes],
    )
    curve = done.curve
    _csv(folder / "roc.csv", ("threshold", "far", "tar"), [(one.threshold, one.far, one.tar) for one in curve])
    _csv(folder / "quarantine.csv", ("row", "reason"), [(one.row, one.reason) for one in done.quarantine])
    (folder / "roc.svg").write_text(drawn(curve, done.engine), encoding="utf-8")
    text = json.dumps(as_json(done), ensure_ascii=False, indent=2)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")


def _pair_row(one: Outcome, thresholds: Mapping[str, float]) -> tuple[object, ...]:
    pair = one.pair
    score = "" if one.score is None else f"{one.score:.4f}"
    said = "" if one.score is None else decide(one.score, thresholds).value
    return pair.row, pair.path_a, pair.path_b, int(pair.same), pair.group, score, said, " ".join(one.reasons)


def _csv(file: Path, heading: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(heading)
        writer.writerows(rows)


# THE CURVE AS A PICTURE

WIDTH, HEIGHT, MARGIN = 560, 420, 56
LEAST_EXPONENT = -4
"""The axis of FAR is logarithmic and begins at one in ten thousand; rarer is drawn there."""


def drawn(curve: Sequence[Point], engine: str) -> str:
    """The curve as SVG: FAR from 0.0001 to 1 on a logarithmic axis, TAR from 0 to 1."""
    across, up = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN

    def place(far: float, tar: float) -> str:
        exponent = max(math.log10(far), LEAST_EXPONENT) if far > 0 else LEAST_EXPONENT
        x = MARGIN + across * (1 - exponent / LEAST_EXPONENT)
        return f"{x:.1f},{HEIGHT - MARGIN - up * tar:.1f}"

    lines = [
        f'<line x1="{MARGIN}" y1="{_y(tar)}" x2="{WIDTH - MARGIN}" y2="{_y(tar)}"/>' for tar in (0, 0.25, 0.5, 0.75, 1)
    ]
    marks = [
        f'<text x="{MARGIN - 8}" y="{_y(tar) + 4}" text-anchor="end">{tar}</text>' for tar in (0, 0.25, 0.5, 0.75, 1)
    ]
    for exponent in range(LEAST_EXPONENT, 1):
        x = MARGIN + across * (1 - exponent / LEAST_EXPONENT)
        lines.append(f'<line x1="{x:.1f}" y1="{MARGIN}" x2="{x:.1f}" y2="{HEIGHT - MARGIN}"/>')
        marks.append(f'<text x="{x:.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{10.0**exponent:g}</text>')
    points = " ".join(place(one.far, one.tar) for one in curve)
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
            '<g font-family="sans-serif" font-size="12">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            f'<g stroke="#ddd">{"".join(lines)}</g><g fill="#333">{"".join(marks)}</g>',
            f'<text x="{WIDTH / 2}" y="{HEIGHT - 14}" text-anchor="middle">FAR</text>',
            f'<text x="16" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 16 {HEIGHT / 2})">TAR</text>',
            f'<text x="{WIDTH / 2}" y="24" text-anchor="middle">{html.escape(engine)}</text>',
            f'<polyline fill="none" stroke="#1f5a8a" stroke-width="2" points="{points}"/>',
            "</g></svg>\n",
        )
    )


def _y(tar: float) -> float:
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * tar
