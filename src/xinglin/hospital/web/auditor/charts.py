"""Drawings of the auditor's pages, as plain numbers: templates turn them into inline SVG. No JavaScript, no colours.

Lengths are in hundredths of a percent of the width, so that no float is printed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from xinglin.hospital.kernel.texts import T

FULL = 10_000
GAP = 40
"""Between two parts of a bar, so that they are told apart without their colours."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: where it begins, how long it is, what it is, the value it stands for."""

    x: int
    width: int
    kind: str
    name: T
    value: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of parts, and the sentence that a screen reader says instead."""

    parts: tuple[Part, ...]
    says: T
    total: int


def stacked(parts: Sequence[tuple[str, T, int]], says: T, whole: int = 0) -> Bar:
    """A bar of parts (kind, name, value) over a whole (their sum unless told); parts of nothing are left out."""
    total = whole or sum(value for _, _, value in parts)
    placed: list[Part] = []
    x = 0
    for kind, name, value in parts:
        if value <= 0 or total <= 0:
            continue
        width = value * FULL // total
        placed.append(Part(x, max(width - GAP, GAP), kind, name, value))
        x += width
    return Bar(tuple(placed), says, total)


def allowed_and_over(found: int, over: int, what: T) -> Bar | None:
    """How far a limit is passed: what is allowed, then what is over it. None where there is nothing to compare."""
    allowed = found - over
    if over <= 0 or allowed < 0:
        return None
    says = T(zh="{what}：允许 {a}，实际 {f}，超出 {o}。", en="{what}: {a} allowed, {f} found, {o} over.")
    parts = (
        ("allowed", T(zh="允许", en="allowed"), allowed),
        ("over", T(zh="超出", en="over"), over),
    )
    return stacked(parts, says.with_(what=what, a=allowed, f=found, o=over))


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a sequence: when, what, and how long after the one before."""

    at: datetime
    name: T
    after: T | None


def sequence(events: Sequence[tuple[datetime, T]]) -> tuple[Step, ...]:
    """Events in the order of time with the gaps between them."""
    ordered = sorted(events, key=lambda event: event[0])
    steps = []
    before: datetime | None = None
    for at, name in ordered:
        steps.append(Step(at, name, _gap(at - before) if before else None))
        before = at
    return tuple(steps)


def _gap(gap: timedelta) -> T:
    seconds = int(gap.total_seconds())
    if seconds < 120:
        return T(zh=f"{seconds} 秒后", en=f"{seconds} seconds later")
    if seconds < 2 * 3600:
        return T(zh=f"{seconds // 60} 分钟后", en=f"{seconds // 60} minutes later")
    if seconds < 2 * 86400:
        return T(zh=f"{seconds // 3600} 小时后", en=f"{seconds // 3600} hours later")
    return T(zh=f"{seconds // 86400} 天后", en=f"{seconds // 86400} days later")


# COLUMNS OVER TIME


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a column, from the top of the drawing: 0 is the top, FULL the ground."""

    y: int
    height: int
    kind: str


@dataclass(frozen=True, slots=True)
class Upright:
    """One column: where it stands, its blocks, the words below it ("" for none) and what a pointer is told."""

    x: int
    width: int
    blocks: tuple[Block, ...]
    label: str
    says: T


def uprights(columns: Sequence[tuple[str, T, Sequence[tuple[str, int]]]]) -> tuple[Upright, ...]:
    """Stacked columns (label, sentence, parts from the ground up), all on one scale. Parts below zero are left out."""
    highest = max((sum(max(value, 0) for _, value in parts) for _, _, parts in columns), default=0)
    pitch = FULL // max(len(columns), 1)
    drawn = []
    for place, (label, says, parts) in enumerate(columns):
        ground, blocks = FULL, []
        for kind, value in parts:
            height = value * FULL // highest if highest and value > 0 else 0
            if height:
                blocks.append(Block(ground - height, height, kind))
                ground -= height
        drawn.append(Upright(place * pitch + pitch // 6, pitch - pitch // 3, tuple(blocks), label, says))
    return tuple(drawn)
