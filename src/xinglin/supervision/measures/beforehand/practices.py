"""How a practitioner's share of one medicine, or of reminders passed over, stands against the peers: `practices`.

The reviews of pharmacists stand in the same table (`reviews`).

A case is a patient, not a prescription: one who comes every month for the same medicine says no more than one who comes
once, and would make an honest physician with few patients stand out.
Peers have the same specialty and the same setting (kind and level of the institution, online or in person). A share is
drawn towards the peers' median as if PRIOR more cases had been seen that behave like the median, so that few cases
cannot stand out; the distance is counted in robust standard deviations (1.4826 × the median distance), which are never
taken smaller than what chance alone makes of that many cases.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import sqrt
from typing import Final

from xinglin.supervision.facts.lake import Facts
from xinglin.supervision.facts.words import PracticeKind
from xinglin.supervision.measures.beforehand.chances import median, spread
from xinglin.supervision.measures.beforehand.reviews import Reviews

PRIOR: Final = 20
EVENTS_MIN: Final = 5
CASES_MIN: Final = 10
"""Rows below these numbers are not written: they could say nothing."""
PEERS_MIN: Final = 3
SPREAD_MIN: Final = 0.01
Peers = tuple[object, ...]


@dataclass(slots=True)
class Practices:
    """Gathers rows of the lake one by one; memory grows with pairs of physician and patient and with prescriptions."""

    _cases: Counter[str] = field(default_factory=Counter)
    _events: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _peers: dict[str, Peers] = field(default_factory=dict)
    _places: dict[str, Facts] = field(default_factory=dict)
    _houses: dict[str, Facts] = field(default_factory=dict)
    _at: dict[str, Facts] = field(default_factory=dict)
    """The institution of each visit."""
    _seen: dict[str, tuple[str, str]] = field(default_factory=dict)
    _written: dict[str, tuple[str, str]] = field(default_factory=dict)
    _counted: set[tuple[str, str, str]] = field(default_factory=set)
    _first: date = date.max
    _last: date = date.min
    _reviews: Reviews = field(default_factory=Reviews)
    _shown: Counter[str] = field(default_factory=Counter)
    _passed_over: Counter[str] = field(default_factory=Counter)

    def add(self, table: str, row: Mapping[str, object]) -> None:
        """One row of the lake: encounters before their prescriptions, prescriptions before their lines."""
        if table == "encounters":
            self._encounter(row)
        elif table == "prescriptions":
            visit = str(row.get("prescription.encounter_id"))
            self._reviews.add(row, self._at.get(visit, {}))
            seen = self._seen.get(visit)
            if seen is not None and row.get("prescription.ended") is not True:
                self._written[str(row["prescription.id"])] = seen
                if self._once(*seen, ""):
                    self._cases[seen[0]] += 1
        elif table == "lines":
            self._line(str(row.get("line.prescription_id")), str(row.get("line.ingredients") or ""))

    def add_reminders(self, practitioner: str, shown: int, passed_over: int) -> None:
        """Serious reminders that a practitioner was shown, and how many of them were passed over."""
        self._shown[practitioner] += shown
        self._passed_over[practitioner] += passed_over

    def _encounter(self, row: Mapping[str, object]) -> None:
        place = str(row.get("institution.id"))
        if place not in self._houses:
            self._houses[place] = {p: v for p, v in row.items() if p.startswith("institution.")}  # type: ignore[misc]
        self._at[str(row.get("encounter.id"))] = self._houses[place]
        who, on = row.get("physician.id"), row.get("encounter.on")
        if not isinstance(who, str) or not isinstance(on, date):
            return
        self._seen[str(row.get("encounter.id"))] = who, str(row.get("patient.id"))
        self._first, self._last = min(self._first, on), max(self._last, on)
        if who not in self._peers:
            setting = ("physician.specialty_code", "institution.kind", "institution.level", "encounter.channel")
            self._peers[who] = tuple(row.get(path) for path in setting)
            self._places[who] = self._houses[place]

    def _line(self, prescription: str, ingredients: str) -> None:
        written = self._written.get(prescription)
        if written is not None and ingredients and self._once(*written, ingredients):
            self._events[written[0]][ingredients] += 1

    def _once(self, who: str, patient: str, what: str) -> bool:
        """Whether this is new of a physician and a patient."""
        key = (who, patient, what)
        if key in self._counted:
            return False
        self._counted.add(key)
        return True

    # ROWS

    def rows(self) -> Iterator[Facts]:
        """The rows of the table `practices`."""
        for name in sorted({ingredient for events in self._events.values() for ingredient in events}):
            counts = {who: self._events[who][name] if who in self._events else 0 for who in self._cases}
            yield from self._of(PracticeKind.DRUG_SHARE, name, counts, self._cases)
        yield from self._of(PracticeKind.OVERRIDE_RATE, "", self._passed_over, self._shown)
        yield from self._reviews.rows(self._first, self._last)

    def _of(
        self, kind: PracticeKind, about: str, events: Mapping[str, int], cases: Mapping[str, int]
    ) -> Iterator[Facts]:
        groups: dict[Peers, list[str]] = defaultdict(list)
        for who in sorted(cases):
            if cases[who] >= CASES_MIN and who in self._peers:
                groups[self._peers[who]].append(who)
        for peers in groups.values():
            shares = [events.get(who, 0) / cases[who] for who in peers]
            middle = median(shares)
            wide = spread(shares, middle)
            for who in peers:
                if events.get(who, 0) >= EVENTS_MIN and len(peers) > PEERS_MIN:
                    z = robust_z(events[who], cases[who], middle, wide)
                    yield self._row(kind, about, who, events[who], cases[who], len(peers) - 1, middle, z)

    def _row(
        self, kind: PracticeKind, about: str, who: str, events: int, cases: int, peers: int, middle: float, z: float
    ) -> Facts:
        return {
            **self._places[who],
            "practice.id": f"{kind.value}:{who}:{about}:{self._last}",
            "practice.on": self._last,
            "practice.from_on": self._first,
            "practice.kind": kind,
            "practice.practitioner_id": who,
            "practice.about_code": about,
            "practice.events": events,
            "practice.cases": cases,
            "practice.share_permille": 1000 * events // cases,
            "practice.peers": peers,
            "practice.peer_median_permille": round(1000 * middle),
            "practice.z_hundredths": round(100 * z),
        }


def robust_z(events: int, cases: int, middle: float, wide: float) -> float:
    """Distance of a share from the peers' median in robust standard deviations, shrunk for few cases."""
    share = (events + PRIOR * middle) / (cases + PRIOR)
    chance = sqrt(max(middle * (1 - middle), 0.0) / cases)
    return (share - middle) / max(wide, chance, SPREAD_MIN)
