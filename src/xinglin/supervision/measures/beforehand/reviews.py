"""How a pharmacist reviews: how many passed, how quickly, for how many institutions at once. Rows of `practices`.

A review of which nobody measured how long the person took has no part in the median. A prescription that only the
machine passed is no review of the person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from xinglin.supervision.facts.lake import Facts
from xinglin.supervision.facts.words import PracticeKind, ReviewResult

REVIEWS_MIN: Final = 20
"""Rows below this number are not written: they could say nothing."""
AT_ONCE: Final = timedelta(minutes=10)


@dataclass(slots=True)
class Reviews:
    """Gathers prescriptions one by one; memory grows with reviews, by a few numbers each."""

    _results: dict[str, Counter[ReviewResult]] = field(default_factory=lambda: defaultdict(Counter))
    _seconds: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _moments: dict[str, list[tuple[datetime, str]]] = field(default_factory=lambda: defaultdict(list))
    _houses: dict[str, dict[str, Facts]] = field(default_factory=lambda: defaultdict(dict))
    _served: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, row: Mapping[str, object], house: Facts) -> None:
        """One prescription with its review, and the facts of the institution where it was written."""
        who, result = row.get("review.pharmacist_id"), row.get("review.result")
        if not isinstance(who, str) or not who or not isinstance(result, ReviewResult) or result is ReviewResult.NONE:
            return
        if row.get("review.automatic") is True:
            return
        place, passed = str(house.get("institution.id")), row.get("review.passed_at")
        self._results[who][result] += 1
        self._served[who][place] += 1
        self._houses[who][place] = house
        if isinstance(seconds := row.get("review.human_seconds"), int):
            self._seconds[who].append(seconds)
        if isinstance(passed, datetime):
            self._moments[who].append((passed, place))

    def rows(self, first: date, last: date) -> Iterator[Facts]:
        """One row for each pharmacist with enough reviews, at the institution for which most were made."""
        for who in sorted(self._results):
            cases, passed = self._results[who].total(), self._results[who][ReviewResult.APPROVED]
            if cases < REVIEWS_MIN:
                continue
            most = min(self._served[who], key=lambda place: (-self._served[who][place], place))
            yield {
                **self._houses[who][most],
                "practice.id": f"{PracticeKind.REVIEWS.value}:{who}::{last}",
                "practice.on": last,
                "practice.from_on": first,
                "practice.kind": PracticeKind.REVIEWS,
                "practice.practitioner_id": who,
                "practice.about_code": "",
                "practice.events": passed,
                "practice.cases": cases,
                "practice.share_permille": 1000 * passed // cases,
                "practice.median_seconds": _middle(self._seconds[who]),
                "practice.places_at_once": _at_once(self._moments[who]),
            }


def _middle(seconds: list[int]) -> int | None:
    """The lower median; None of nothing."""
    return sorted(seconds)[(len(seconds) - 1) // 2] if seconds else None


def _at_once(moments: list[tuple[datetime, str]]) -> int | None:
    """Most institutions within ten minutes; None where no instant is known."""
    most, start, within = 0, 0, Counter[str]()
    ordered = sorted(moments)
    for at, place in ordered:
        within[place] += 1
        while at - ordered[start][0] > AT_ONCE:
            within[ordered[start][1]] -= 1
            start += 1
        most = max(most, sum(count > 0 for count in within.values()))
    return most or None
