"""The tables of points and bands (`knowledge/warning/scores.toml`), read and validated whole.

Points of a part are steps tried from left to right: ``<=8:3 <=11:1 <=20:0 else:3`` for a number, ``yes:1 no:0`` for a
yes or no, ``normal:0 raised:2`` for a choice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from xinglin.clinical.warning.words import Words, words_of

READ: Final = frozenset({"yes", "memory"})


class BadTable(ValueError):
    """A table of scores that cannot be used. The message names the score and what would be right."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `sign` is ``<=``, ``<``, ``else`` or ``word``."""

    sign: str
    bound: float
    word: str
    points: float

    def holds(self, number: float) -> bool:
        """Whether a number falls in this step."""
        return (
            self.sign == "else"
            or (self.sign == "<=" and number <= self.bound)
            or (self.sign == "<" and number < self.bound)
        )


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a score: its name for people and the steps of its points."""

    name: Words
    steps: tuple[Step, ...]

    @property
    def possible(self) -> tuple[float, ...]:
        """All points that this part can give."""
        return tuple(sorted({step.points for step in self.steps}))

    def points(self, value: float | bool | str) -> float:
        """The points of a known value. Raises ValueError for a choice that the table does not have."""
        if isinstance(value, str | bool):
            word = value if isinstance(value, str) else "yes" if value else "no"
            chosen = [step for step in self.steps if step.word == word]
        else:
            chosen = [step for step in self.steps if step.holds(value)]
        if chosen:
            return chosen[0].points
        known = ", ".join(step.word for step in self.steps if step.word)
        raise ValueError(f"{value!r} is not one of {known or 'the numbers of the table'}")


@dataclass(frozen=True, slots=True)
class Band:
    """A band of a score from `least` points up: what it is called, what it means, what to do."""

    id: str
    least: float
    name: Words
    sentence: Words
    do: Words


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """All that is known of one score. `read` says whether the source was opened or remembered."""

    id: str
    name: Words
    source: str
    read: str
    least: float
    most: float
    parts: Mapping[str, Part]
    bands: tuple[Band, ...]

    def band(self, points: float) -> Band:
        """The band that these points fall in."""
        return [band for band in self.bands if band.least <= points][-1]

    def band_called(self, id: str) -> Band:
        """The band of that id. Raises KeyError when there is none."""
        return {band.id: band for band in self.bands}[id]


@lru_cache(maxsize=1)
def score_tables() -> Mapping[str, ScoreTable]:
    """All tables by id. Raises BadTable."""
    text = (files("xinglin.clinical.knowledge") / "warning" / "scores.toml").read_text("utf-8")
    return read_tables(text)


def read_tables(text: str) -> Mapping[str, ScoreTable]:
    """The tables of a TOML text. Raises BadTable for the first fault."""
    found = {}
    for name, row in tomllib.loads(text).items():
        try:
            found[name] = _table(name, row)
        except (ValueError, KeyError) as wrong:
            raise BadTable(f"{name}: {wrong}") from None
    return found


def _table(id: str, row: dict[str, Any]) -> ScoreTable:
    parts = {name: _part(name, part) for name, part in row.get("part", {}).items()}
    bands = tuple(_band(band) for band in row["band"])
    if row["read"] not in READ or not row["source"].strip():
        raise ValueError("a score names its source, and read is yes or memory")
    if list(bands) != sorted(bands, key=lambda band: band.least):
        raise ValueError("bands rise")
    if bands[0].least > row["least"]:
        raise ValueError(f"no band holds {row['least']} points")
    return ScoreTable(id, words_of(row, "name"), row["source"], row["read"], row["least"], row["most"], parts, bands)


def _band(row: dict[str, Any]) -> Band:
    return Band(row["id"], row["from"], words_of(row, "name"), words_of(row, "sentence"), words_of(row, "do"))


def _part(name: str, row: dict[str, Any]) -> Part:
    steps = tuple(_step(text) for text in row["points"].split())
    numbers = [step.bound for step in steps if step.sign in {"<=", "<"}]
    if not steps or numbers != sorted(numbers):
        raise ValueError(f"{name}: steps rise")
    if numbers and steps[-1].sign != "else":
        raise ValueError(f"{name}: steps of a number end in else")
    return Part(Words(row["zh"], row["en"]), steps)


def _step(text: str) -> Step:
    head, colon, points = text.rpartition(":")
    if not colon or not head:
        raise ValueError(f"{text!r}: write <=8:3, else:0 or yes:1")
    if head == "else":
        return Step("else", 0.0, "", float(points))
    for sign in ("<=", "<"):
        if head.startswith(sign):
            return Step(sign, float(head.removeprefix(sign)), "", float(points))
    return Step("word", 0.0, head, float(points))
