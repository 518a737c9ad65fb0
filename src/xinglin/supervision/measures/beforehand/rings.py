"""Groups of persons who come together more often than chance lets expect: rows of the table `rings`.

Persons are tied by the half-days at which both were seen in one institution. What to expect of two persons who are
strangers follows from the configuration model: who comes k times to an institution of M visits is in a half-day of m
visits k·m/M times, so that two meet k·l·Σm²/M² times, where m counts up to that of a busy day. A tie is kept where
Poisson's tail, times the number of pairs that were looked at (Bonferroni), lies below the wanted chance. Louvain's
method (networkx, with a fixed seed) finds the communities of the ties. A group is a clue: dialysis shifts, homes and
families are groups too, and the numbers say so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from itertools import combinations
from math import comb, log10
from typing import Final

from xinglin.supervision.facts.lake import Facts
from xinglin.supervision.facts.words import CareMode
from xinglin.supervision.measures.beforehand.chances import median, poisson_surprise

TOGETHER: Final = frozenset({CareMode.OUTPATIENT, CareMode.EMERGENCY, CareMode.DIALYSIS})
"""Care at which one must be present; a purchase can be somebody else's errand."""
NECESSARY: Final = frozenset({CareMode.DIALYSIS})
SLOTS_MIN: Final = 4
"""Half-days at one institution below which a person cannot be tied there."""
PERSONS_MIN: Final = 3
SURPRISE_MIN: Final = 6.0
BUSY: Final = 3
"""A half-day of more than so many times the usual visits is no busy day any more."""
SEED: Final = 20260101
SHANGHAI: Final = timedelta(hours=8)
Slot = tuple[str, date, bool]


@dataclass(frozen=True, slots=True)
class _Seen:
    """One visit in person, as far as groups need it."""

    encounter: str
    person: str
    physician: str
    institution: str
    slot: Slot
    necessary: bool
    together: bool


@dataclass(slots=True)
class Rings:
    """Gathers rows of the lake one by one, then finds the groups.

    Memory grows with the visits of the period (some hundred bytes each), never with their items.
    """

    _seen: list[_Seen] = field(default_factory=list)
    _household: dict[str, str] = field(default_factory=dict)
    _contact: dict[str, str] = field(default_factory=dict)
    _places: dict[str, Facts] = field(default_factory=dict)
    _fund: Counter[str] = field(default_factory=Counter)
    _person_of: dict[str, str] = field(default_factory=dict)
    _first_sale: dict[str, str] = field(default_factory=dict)
    _resold: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _days: list[date] = field(default_factory=list)

    def add(self, table: str, row: Mapping[str, object]) -> None:
        """One row of the lake; tables that say nothing about groups are passed over."""
        if table == "encounters":
            self._encounter(row)
        elif table == "claims":
            self._fund[str(row.get("claim.encounter_id"))] += _whole(row.get("claim.fund_fen"))
        elif table == "packs" and row.get("pack.trace_code") and row.get("pack.returned_at") is None:
            self._pack(str(row["pack.trace_code"]), str(row.get("pack.encounter_id")))

    def _encounter(self, row: Mapping[str, object]) -> None:
        person, started = str(row.get("patient.id")), row.get("encounter.started_at")
        if not isinstance(started, datetime):
            return
        encounter, place = str(row.get("encounter.id")), str(row.get("institution.id"))
        local = started.astimezone(UTC) + SHANGHAI
        mode = row.get("encounter.care_mode")
        self._person_of[encounter] = person
        self._household[person] = str(row.get("patient.household_key") or f"person {person}")
        self._contact[person] = str(row.get("patient.contact_key") or "")
        if place not in self._places:
            self._places[place] = {p: v for p, v in row.items() if p.startswith("institution.")}  # type: ignore[misc]
        self._days.append(local.date())
        slot = (place, local.date(), local.hour < 12)
        self._seen.append(
            _Seen(encounter, person, str(row.get("physician.id")), place, slot, mode in NECESSARY, mode in TOGETHER)
        )

    def _pack(self, code: str, encounter: str) -> None:
        first = self._first_sale.setdefault(code, encounter)
        if first != encounter:
            self._resold[code] |= {first, encounter}

    # TIES

    def ties(self) -> dict[tuple[str, str], float]:
        """Pairs of persons with the surprise of how often they met, after correction; only those beyond chance."""
        at_place: dict[str, dict[str, set[Slot]]] = defaultdict(lambda: defaultdict(set))
        sizes: dict[str, Counter[Slot]] = defaultdict(Counter)
        for one in self._seen:
            if one.together and one.slot not in at_place[one.institution][one.person]:
                at_place[one.institution][one.person].add(one.slot)
                sizes[one.institution][one.slot] += 1
        often = {
            place: {person: slots for person, slots in people.items() if len(slots) >= SLOTS_MIN}
            for place, people in at_place.items()
        }
        pairs = sum(comb(len(people), 2) for people in often.values())
        found: dict[tuple[str, str], float] = {}
        for place, people in often.items():
            found |= _ties_at(people, sizes[place], max(pairs, 1))
        return found

    # GROUPS

    def groups(self) -> list[tuple[set[str], float]]:
        """The communities of the ties with the surprise of their weakest tie, the largest first."""
        import networkx

        graph = networkx.Graph()
        for (one, other), surprise in sorted(self.ties().items()):
            graph.add_edge(one, other, weight=surprise)
        if not graph:
            return []
        communities = networkx.community.louvain_communities(graph, weight="weight", seed=SEED)
        large = [group for group in communities if len(group) >= PERSONS_MIN]
        return [
            (group, min(weight for *_, weight in graph.subgraph(group).edges(data="weight")))
            for group in sorted(large, key=lambda members: (-len(members), min(members)))
        ]

    def rows(self) -> Iterator[Facts]:
        """The rows of the table `rings`, the largest group first."""
        groups = self.groups()
        by_person: dict[str, list[_Seen]] = defaultdict(list)
        for one in self._seen:
            by_person[one.person].append(one)
        for group, least in groups:
            yield self._row(group, by_person, int(least), max(self._days))

    def _row(self, group: set[str], by_person: Mapping[str, list[_Seen]], surprise: int, last: date) -> Facts:
        visits = [one for person in group for one in by_person[person]]
        mornings = _mornings(group, visits)
        joint = [one for one in visits if one.slot in mornings and one.together]
        main = Counter(one.institution for one in joint or visits)
        physicians = {one.physician for one in joint}
        places = {one.institution for one in joint}
        inside = [one for one in visits if one.institution in places and one.physician in physicians]
        in_person = [one for one in visits if one.together]
        encounters = {one.encounter for one in visits}
        return {
            **self._places[main.most_common(1)[0][0]],
            "ring.id": _ring_id(group),
            "ring.on": last,
            "ring.persons": len(group),
            "ring.practitioners": len(physicians),
            "ring.institutions": len(places),
            "ring.mornings": len(mornings),
            "ring.inside_permille": 1000 * len([o for o in inside if o.together]) // max(1, len(in_person)),
            "ring.surprise": surprise,
            "ring.households": len({self._household[person] for person in group}),
            "ring.chronic_permille": 1000 * sum(one.necessary for one in joint) // max(1, len(joint)),
            "ring.resold_codes": sum(bool(sales & encounters) for sales in self._resold.values()),
            "ring.shared_phones": self._shared_phones(group),
            "ring.fund_fen": sum(self._fund[one.encounter] for one in inside),
        }

    def _shared_phones(self, group: Iterable[str]) -> int:
        """Persons who gave a telephone that somebody of another household in the group gave too."""
        by_contact: dict[str, list[str]] = defaultdict(list)
        for person in group:
            if self._contact[person]:
                by_contact[self._contact[person]].append(person)
        return sum(
            len(people) for people in by_contact.values() if len({self._household[person] for person in people}) > 1
        )

    def members(self) -> dict[str, frozenset[str]]:
        """The persons of every group by its id, for whoever looks into one: a rule never sees them."""
        return {_ring_id(group): frozenset(group) for group, _ in self.groups()}


def _ties_at(people: Mapping[str, set[Slot]], sizes: Counter[Slot], pairs: int) -> dict[tuple[str, str], float]:
    """The ties of one institution."""
    total = sum(sizes.values())
    # A group's own half-days must not make the group look expected: beyond a busy day, size is no explanation.
    busy = BUSY * median(list(sizes.values()))
    squares = sum(min(size, busy) ** 2 for size in sizes.values()) / (total * total)
    present: dict[Slot, list[str]] = defaultdict(list)
    for person in sorted(people):
        for slot in people[person]:
            present[slot].append(person)
    met: Counter[tuple[str, str]] = Counter()
    for some in present.values():
        met.update(combinations(some, 2))
    found = {}
    for (one, other), times in met.items():
        if times < SLOTS_MIN:
            continue
        surprise = poisson_surprise(times, len(people[one]) * len(people[other]) * squares) - log10(pairs)
        if surprise >= SURPRISE_MIN:
            found[one, other] = surprise
    return found


def _mornings(group: set[str], visits: Iterable[_Seen]) -> set[Slot]:
    """The half-days at which at least half of the group came."""
    present: dict[Slot, set[str]] = defaultdict(set)
    for one in visits:
        if one.together:
            present[one.slot].add(one.person)
    return {slot for slot, persons in present.items() if 2 * len(persons) >= len(group)}


def _ring_id(group: Iterable[str]) -> str:
    """Made from the members: the same group has the same id whenever it is found."""
    return "ring-" + blake2b("|".join(sorted(group)).encode(), digest_size=8).hexdigest()


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
