"""What a person has used so far: a fold over settlements and revocations, never a row that is updated in place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class SchemeKey:
    """One yearly accumulator: the care type, the disease in chronic care, and the year."""

    care_type: str
    year: int
    disease: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one settlement adds to an accumulator, in fen; a revocation adds the same with a minus sign.

    `deductible_fen` met towards the deductible, `basic_fund_fen` paid by the pooled fund (counts against the cap),
    `burden_fen` in-scope cost borne by the person before serious-illness insurance, `serious_fen` what that paid.
    """

    key: SchemeKey
    deductible_fen: int = 0
    basic_fund_fen: int = 0
    in_scope_fen: int = 0
    burden_fen: int = 0
    serious_fen: int = 0
    visits: int = 1

    def negated(self) -> "Effect":
        """The effect of taking the settlement back."""
        return Effect(
            self.key,
            -self.deductible_fen,
            -self.basic_fund_fen,
            -self.in_scope_fen,
            -self.burden_fen,
            -self.serious_fen,
            -self.visits,
        )


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of one accumulator, in fen."""

    deductible_fen: int = 0
    basic_fund_fen: int = 0
    in_scope_fen: int = 0
    burden_fen: int = 0
    serious_fen: int = 0
    visits: int = 0

    def plus(self, effect: Effect) -> "Totals":
        """The sums after one more effect."""
        return Totals(
            self.deductible_fen + effect.deductible_fen,
            self.basic_fund_fen + effect.basic_fund_fen,
            self.in_scope_fen + effect.in_scope_fen,
            self.burden_fen + effect.burden_fen,
            self.serious_fen + effect.serious_fen,
            self.visits + effect.visits,
        )


NOTHING = Totals()


@dataclass(frozen=True, slots=True)
class State:
    """A person's accumulators of all schemes and years."""

    schemes: Mapping[SchemeKey, Totals] = field(default_factory=dict)

    def of(self, key: SchemeKey) -> Totals:
        """The sums of one scheme; zeros when nothing was settled."""
        return self.schemes.get(key, NOTHING)

    def burden(self, year: int) -> int:
        """In-scope cost that the person bore in a year over all schemes (the measure of serious illness), fen."""
        return sum(totals.burden_fen for key, totals in self.schemes.items() if key.year == year)

    def plus(self, effect: Effect) -> "State":
        """The state after one more effect."""
        return State({**self.schemes, effect.key: self.of(effect.key).plus(effect)})


def fold(effects: Iterable[Effect]) -> State:
    """The state that a history of effects leaves."""
    state = State()
    for effect in effects:
        state = state.plus(effect)
    return state
