"""One principal finding for the money of one line; what else is found on it is attached with nothing.

The principal is chosen by what a rule is about (:class:`~xinglin.supervision.verdicts.Concern`, in its order), then
definite before suspicious, then the larger amount, then the rule's id. It takes what it asks for, never more than the
line has in scope of the fund, nor more than is left of the claim's total. So the sum over findings never exceeds the
claim, however many rules speak of the same line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Unit:
    """Money that can be in breach once: a charged item, or a prescription line that no item charges.

    `bound_fen` is its amount in scope of the fund, net of refunds; `claim` is the claim that it stands on, "" for none.
    """

    id: str
    claim: str
    bound_fen: int


@dataclass(frozen=True, slots=True)
class Asks:
    """A finding as far as money goes: the units it is about, and the most it asks for (None: all of them)."""

    key: str
    rule: str
    order: int
    definite: bool
    units: tuple[str, ...]
    at_most_fen: int | None = None


@dataclass(slots=True)
class Share:
    """What a finding got: fen by unit where it is the principal, and the principal's key where it is not."""

    taken: dict[str, int] = field(default_factory=dict)
    behind: dict[str, str] = field(default_factory=dict)

    @property
    def fen(self) -> int:
        """All that the finding holds."""
        return sum(self.taken.values())

    @property
    def principal(self) -> str:
        """The finding that holds the money of the first unit that this one does not hold; "" where it holds all."""
        return self.behind[min(self.behind)] if self.behind else ""


def reconcile(units: Iterable[Unit], asks: Iterable[Asks], totals: Mapping[str, int]) -> dict[str, Share]:
    """The share of every finding. `totals` are the claims' totals in fen; a claim that it lacks sets no bound.

    Where a unit's money is nothing, nobody stands behind anybody.
    """
    by_unit: dict[str, list[Asks]] = defaultdict(list)
    shares: dict[str, Share] = {}
    left: dict[str, int] = {}
    for one in asks:
        shares[one.key] = Share()
        if one.at_most_fen is not None:
            left[one.key] = max(0, one.at_most_fen)
        for unit_id in one.units:
            by_unit[unit_id].append(one)
    of_claim = {claim: max(0, total) for claim, total in totals.items()}
    for unit in sorted(units, key=lambda unit: unit.id):
        candidates = by_unit.get(unit.id)
        if not candidates:
            continue
        bound = max(0, min(unit.bound_fen, of_claim.get(unit.claim, unit.bound_fen)))
        principal = min(candidates, key=lambda one: _rank(one, left.get(one.key, bound)))
        fen = min(bound, left.get(principal.key, bound))
        shares[principal.key].taken[unit.id] = fen
        if principal.key in left:
            left[principal.key] -= fen
        if unit.claim in of_claim:
            of_claim[unit.claim] -= fen
        for other in candidates:
            if other is not principal and fen:
                shares[other.key].behind[unit.id] = principal.key
    return shares


def _rank(one: Asks, would_take_fen: int) -> tuple[bool, int, bool, int, str, str]:
    """The order of candidates: one that has nothing left to ask for gives way to any that has."""
    return (would_take_fen <= 0, one.order, not one.definite, -would_take_fen, one.rule, one.key)
