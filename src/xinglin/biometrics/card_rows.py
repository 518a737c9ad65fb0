"""From boxes of recognised text, at any rotation, to rows as a person reads them.

Coordinates are pixels of the picture; `Upright` turns them so that text runs to the right and rows stand one below
the other. Whether a card stands on its head cannot be told from boxes alone: `both_ways` gives both readings, and
the caller keeps the one that makes more sense.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONG = 2.0
"""Only boxes this many times longer than high tell the direction of the text."""
ROW_PART = 0.6
"""Boxes belong to one row when their middles lie closer than this part of the highest box."""

APART_PART = 0.5
"""Boxes that stand over each other by more than this part of their width are not neighbours in a row."""

Box = NDArray[np.float64]
"""(4, 2): the corners of a piece of text."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One piece of text: what it says, how sure the recogniser is (0 to 1), where it stands."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A row of text, left to right, made of one or more lines."""

    text: str
    parts: tuple[Line, ...]

    def confidence(self, start: int, end: int) -> float:
        """How sure the least sure piece is that holds characters `start` to `end`."""
        at, found = 0, 1.0
        for part in self.parts:
            if at < end and at + len(part.text) > start:
                found = min(found, part.confidence)
            at += len(part.text)
        return found

    def boxes(self, start: int, end: int) -> list[Box]:
        """The boxes of the pieces that hold characters `start` to `end`, upright."""
        at, found = 0, []
        for part in self.parts:
            if at < end and at + len(part.text) > start:
                found.append(part.box)
            at += len(part.text)
        return found

    @property
    def middle(self) -> float:
        """Where it stands from top to bottom."""
        return float(np.mean([part.box[:, 1].mean() for part in self.parts]))


@dataclass(frozen=True, slots=True, eq=False)
class Upright:
    """Rows after turning the picture by `degrees` clockwise about its origin, top to bottom."""

    rows: tuple[Row, ...]
    degrees: float

    def to_picture(self, points: Box) -> Box:
        """Upright points back in the picture's pixels."""
        return points @ _turning(-self.degrees).T


def both_ways(lines: list[Line]) -> tuple[Upright, Upright]:
    """The text read in its own direction, and on its head."""
    angle = -_direction(lines)
    return _upright(lines, angle), _upright(lines, angle + 180)


def _upright(lines: list[Line], degrees: float) -> Upright:
    turning = _turning(degrees)
    turned = [Line(line.text.replace(" ", ""), line.confidence, line.box @ turning.T) for line in lines]
    return Upright(tuple(_rows([line for line in turned if line.text])), degrees)


def _turning(degrees: float) -> Box:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, -s], [s, c]])


def _direction(lines: list[Line]) -> float:
    """The angle of the text in degrees, −90 to 90: the mean direction of the long edges of long boxes."""
    doubled, weight = 0j, 0.0
    for line in lines:
        edges = (line.box[1] - line.box[0], line.box[2] - line.box[1])
        lengths = [float(np.hypot(*edge)) for edge in edges]
        if max(lengths) > LONG * min(lengths):
            x, y = edges[int(np.argmax(lengths))]
            doubled += max(lengths) * complex(math.cos(2 * math.atan2(y, x)), math.sin(2 * math.atan2(y, x)))
            weight += max(lengths)
    return math.degrees(math.atan2(doubled.imag, doubled.real)) / 2 if weight else 0.0


def _rows(lines: list[Line]) -> list[Row]:
    gathered: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: float(line.box[:, 1].mean())):
        near = [row for row in gathered if _beside(row, line)]
        if near:
            min(near, key=lambda row: abs(_offset(row, line))).append(line)
        else:
            gathered.append([line])
    made = []
    for row in gathered:
        row.sort(key=lambda line: float(line.box[:, 0].min()))
        made.append(Row("".join(line.text for line in row), tuple(row)))
    return sorted(made, key=lambda row: row.middle)


def _beside(row: list[Line], line: Line) -> bool:
    """In the same row: about as high up, and not over or under a piece of it."""
    height = max(_height(line), *(_height(other) for other in row))
    left, right = line.box[:, 0].min(), line.box[:, 0].max()
    apart = all(
        min(right, other.box[:, 0].max()) - max(left, other.box[:, 0].min()) < APART_PART * (right - left)
        for other in row
    )
    return apart and abs(_offset(row, line)) < ROW_PART * height


def _offset(row: list[Line], line: Line) -> float:
    """How far a line lies from where the nearest piece of the row, carried on in its own direction, would be."""
    x = float(line.box[:, 0].mean())
    nearest = min(row, key=lambda other: abs(float(other.box[:, 0].mean()) - x))
    slope = _slope(nearest) if _width(nearest) > _width(line) else _slope(line)
    level = float(nearest.box[:, 1].mean()) + slope * (x - float(nearest.box[:, 0].mean()))
    return float(line.box[:, 1].mean()) - level


def _slope(line: Line) -> float:
    """What a long line falls by, a pixel to the right; 0 for a short one, whose corners say nothing."""
    if _width(line) < LONG * 1.5 * _height(line):
        return 0.0
    order = line.box[line.box[:, 0].argsort()]
    left, right = order[:2].mean(axis=0), order[2:].mean(axis=0)
    return float((right[1] - left[1]) / max(1e-6, right[0] - left[0]))


def _width(line: Line) -> float:
    return float(np.ptp(line.box[:, 0]))


def _height(line: Line) -> float:
    """The height of the letters: of a sloping box its short edge, not what it spans."""
    edges = [float(np.hypot(*(line.box[k] - line.box[k - 1]))) for k in range(4)]
    return sorted(edges)[1]
