"""How often two likenesses are taken for one person rightly and wrongly: counts, rates, intervals, curves.

A pair is accepted when its score is at or above the threshold. FAR is the part of the pairs of different people that
are accepted, TAR that of the same person, FRR what TAR leaves. Every rate carries its count and its Wilson interval
at 95 %: ten pairs prove little, and the interval says so.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Z95: Final = 1.959963984540054
FARS: Final = (1e-1, 1e-2, 1e-3, 1e-4)
TRUE: Final = frozenset({"1", "true", "yes", "same", "是"})
FALSE: Final = frozenset({"0", "false", "no", "different", "否"})
PAIR_COLUMNS: Final = ("path_a", "path_b", "same")


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `n`, with the bounds of its interval; `value` is None when there was nothing to count."""

    hits: int
    n: int
    value: float | None
    low: float
    high: float


def rate(hits: int, n: int) -> Rate:
    """A rate with its Wilson interval at 95 %."""
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no rate")
    if n == 0:
        return Rate(0, 0, None, 0.0, 1.0)
    share, weight = hits / n, Z95 * Z95 / n
    middle = (share + weight / 2) / (1 + weight)
    half = Z95 * math.sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    # At the ends the bound is the end itself; floating point would miss it by a hair.
    low, high = (0.0 if hits == 0 else middle - half), (1.0 if hits == n else middle + half)
    return Rate(hits, n, share, max(low, 0.0), min(high, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of pairs of the same person and of different people, each sorted upwards."""

    genuine: NDArray[np.float64]
    impostor: NDArray[np.float64]

    @classmethod
    def of(cls, pairs: Iterable[tuple[float, bool]]) -> "Scores":
        """From pairs of score and whether it is the same person; ValueError for a score that is no number."""
        listed = list(pairs)
        if not all(math.isfinite(score) for score, _ in listed):
            raise ValueError("a score must be a finite number")
        genuine = np.array(sorted(score for score, same in listed if same), np.float64)
        return cls(genuine, np.array(sorted(score for score, same in listed if not same), np.float64))

    def tar(self, threshold: float) -> Rate:
        """The part of the same person's pairs that are accepted."""
        return _accepted(self.genuine, threshold)

    def frr(self, threshold: float) -> Rate:
        """The part of the same person's pairs that are refused."""
        accepted = _accepted(self.genuine, threshold)
        return rate(accepted.n - accepted.hits, accepted.n)

    def far(self, threshold: float) -> Rate:
        """The part of different people's pairs that are accepted."""
        return _accepted(self.impostor, threshold)


def _accepted(scores: NDArray[np.float64], threshold: float) -> Rate:
    return rate(int(scores.size - np.searchsorted(scores, threshold, side="left")), int(scores.size))


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the curve: at this threshold, so many accepted of each kind (parts of one)."""

    threshold: float
    far: float
    tar: float


def roc(scores: Scores) -> list[Point]:
    """The whole curve, one point a distinct score, from accepting all to accepting none; empty without both kinds."""
    if not scores.genuine.size or not scores.impostor.size:
        return []
    thresholds = np.append(np.unique(np.concatenate([scores.genuine, scores.impostor])), math.inf)
    tars, fars = _parts(scores.genuine, thresholds), _parts(scores.impostor, thresholds)
    return [Point(*map(float, one)) for one in zip(thresholds, fars, tars, strict=True)]


def _parts(scores: NDArray[np.float64], thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The accepted part at each threshold: counted first, then divided once, so that 1 of 100 is exactly 0.01."""
    return (scores.size - np.searchsorted(scores, thresholds, side="left")) / scores.size


@dataclass(frozen=True, slots=True)
class EqualError:
    """Where as many are refused wrongly as are accepted wrongly: the mean of both at the nearest threshold."""

    value: float
    threshold: float


def equal_error(scores: Scores) -> EqualError | None:
    """The equal error rate; None without both kinds. Of several nearest thresholds the one with the least mean."""
    points = roc(scores)
    if not points:
        return None
    best = min(points, key=lambda point: (abs(point.far - (1 - point.tar)), point.far + 1 - point.tar))
    return EqualError((best.far + 1 - best.tar) / 2, best.threshold)


@dataclass(frozen=True, slots=True)
class AtFar:
    """TAR at the lowest threshold whose FAR is no more than `far`. `supported` is false when there are too few pairs of
    different people for such a rate to be seen at all."""

    far: float
    threshold: float
    tar: Rate
    supported: bool


def tar_at(scores: Scores, far: float) -> AtFar | None:
    """TAR at a FAR; None without both kinds of pairs."""
    allowed = [point.threshold for point in roc(scores) if point.far <= far]
    if not allowed:
        return None
    return AtFar(far, allowed[0], scores.tar(allowed[0]), scores.impostor.size * far >= 1)


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of PAIRS.csv: two files, whether they show one person, and the group it is counted in."""

    row: int
    path_a: str
    path_b: str
    same: bool
    group: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used, with its number (the heading is row 1) and the reason."""

    row: int
    reason: str


def read_pairs(rows: Iterable[Mapping[str | None, str | None]]) -> tuple[list[Pair], list[BadRow]]:
    """The rows of a table with the columns path_a, path_b, same and perhaps group; what cannot be used apart."""
    good: list[Pair] = []
    bad: list[BadRow] = []
    for number, row in enumerate(rows, 2):
        value = {name: (row.get(name) or "").strip() for name in (*PAIR_COLUMNS, "group")}
        said = value["same"].lower()
        if row.get(None):
            bad.append(BadRow(number, "too many columns"))
        elif not value["path_a"] or not value["path_b"]:
            bad.append(BadRow(number, "path_a or path_b is empty"))
        elif said not in TRUE | FALSE:
            bad.append(BadRow(number, f"same must be 1 or 0, not {said[:20]!r}"))
        else:
            good.append(Pair(number, value["path_a"], value["path_b"], said in TRUE, value["group"]))
    return good, bad


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a pair: its score, or the reasons why none could be had (gates, a damaged picture)."""

    pair: Pair
    score: float | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """The rates at one threshold of the manifest. `frr_all` counts pairs without a score as refused."""

    name: str
    threshold: float
    far: Rate
    frr: Rate
    frr_all: Rate


@dataclass(frozen=True, slots=True)
class Summary:
    """The result of an evaluation, for all pairs or for one group."""

    pairs: int
    compared: int
    genuine: int
    impostor: int
    failures: Mapping[str, int]
    at: tuple[AtThreshold, ...]
    equal_error: EqualError | None
    tars: tuple[AtFar, ...]


def summarise(outcomes: Sequence[Outcome], thresholds: Mapping[str, float]) -> Summary:
    """All rates of these pairs at these thresholds (those whose name begins with `match_`)."""
    scored = [(one.score, one.pair.same) for one in outcomes if one.score is not None]
    scores = Scores.of(scored)
    unread = sum(one.score is None and one.pair.same for one in outcomes)
    failures: dict[str, int] = {}
    for reason in (reason for one in outcomes if one.score is None for reason in set(one.reasons)):
        failures[reason] = failures.get(reason, 0) + 1
    levels = [(name, level) for name, level in thresholds.items() if name.startswith("match_")]
    return Summary(
        pairs=len(outcomes),
        compared=len(scored),
        genuine=int(scores.genuine.size),
        impostor=int(scores.impostor.size),
        failures=dict(sorted(failures.items())),
        at=tuple(_at(scores, name, level, unread) for name, level in levels),
        equal_error=equal_error(scores),
        tars=tuple(found for far in FARS if (found := tar_at(scores, far)) is not None),
    )


def by_group(outcomes: Sequence[Outcome], thresholds: Mapping[str, float]) -> dict[str, Summary]:
    """A summary a group, by name; pairs without a group are in none."""
    names = sorted({one.pair.group for one in outcomes if one.pair.group})
    return {name: summarise([one for one in outcomes if one.pair.group == name], thresholds) for name in names}


def _at(scores: Scores, name: str, threshold: float, unread: int) -> AtThreshold:
    refused = scores.frr(threshold)
    return AtThreshold(name, threshold, scores.far(threshold), refused, rate(refused.hits + unread, refused.n + unread))


def exact_match(read: Mapping[str, str], true: Mapping[str, str]) -> dict[str, bool]:
    """Whether each field that is known was read exactly; a field that was not read is wrong."""
    return {name: read.get(name) == value for name, value in true.items()}
