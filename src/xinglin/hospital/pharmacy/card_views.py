"""The cards of the medicine check as a physician reads them, in the room and over the API: the same words for both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xinglin.hospital.decision_support import selectors as support
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.advising import Advised, Shown, Statement
from xinglin.hospital.pharmacy.drafts import ASK_TWICE, PricedLine
from xinglin.hospital.pharmacy.remedies import Way, ways
from xinglin.hospital.terminology import selectors as terminology

OPEN_MOST = 2
"""As many cards that do not interrupt are unfolded; more would not be read."""
WORDS = {
    "X": T(zh="不得使用", en="Must not be given"),
    "D": T(zh="改或说明", en="Change or explain"),
}
LEVELS = {
    "low": T(zh="低", en="low"),
    "moderate": T(zh="中", en="moderate"),
    "high": T(zh="高", en="high"),
}


@dataclass(frozen=True, slots=True)
class StatementView:
    """One finding with what can be done about it, and what could make it graver."""

    statement: Statement
    ways: list[Way]
    sources: T
    missing: list[tuple[str, list[T]]]
    acceptable: bool

    @property
    def twice(self) -> bool:
        """Whether a reason given here is the second signature that a rule asks for."""
        return any(ask.rule_id in ASK_TWICE for ask in self.statement.asks)

    @property
    def graver(self) -> list[tuple[T, T]]:
        """`missing` in words: the tier that it could have, and the facts that nobody knows."""
        return [(WORDS.get(tier, T(zh=tier, en=tier)), _listed(names)) for tier, names in self.missing]

    @property
    def drugs(self) -> T:
        """The medicines that it speaks of."""
        told = self.statement.told["drugs"]
        return T(zh=" + ".join(drug["zh"] for drug in told), en=" + ".join(drug["en"] for drug in told))


@dataclass(frozen=True, slots=True)
class CardView:
    """A card on the screen."""

    card: Shown
    word: T
    statements: list[StatementView]
    open: bool
    score: T | None


@dataclass(frozen=True, slots=True)
class AcceptedView:
    """A finding that was accepted and is silent, with whose reason."""

    statement: Statement
    reason: T
    text: str
    by: str
    at: Any


@dataclass(frozen=True, slots=True)
class MedicineView:
    """Everything that is shown of the check: `cards` in their order, and where a screen puts them."""

    cards: list[CardView]
    of_line: dict[str, list[CardView]]
    across: list[CardView]
    accepted: list[AcceptedView]
    unchecked: list[T]
    loud: int
    stuck: int


def medicine_view(lines: Sequence[PricedLine], advised: Advised | None) -> MedicineView:
    """The check of a draft, laid out by line. Nothing where it was not asked."""
    if advised is None:
        return MedicineView([], {}, [], [], [], 0, 0)
    mine = [str(p.line.id) for p in lines]
    views = [_card(card, number, advised, lines) for number, card in enumerate(advised.cards)]
    of_line: dict[str, list[CardView]] = {}
    across = []
    for view in views:
        shared = [line for line in mine if all(line in one.lines for one in view.card.statements)]
        if shared:
            of_line.setdefault(shared[-1], []).append(view)
        else:
            across.append(view)
    loud = [view for view in views if view.card.loud]
    stuck = sum(1 for view in loud if any(_blocks(one) for one in view.card.statements))
    return MedicineView(views, of_line, across, _accepted(advised), advised.unchecked, len(loud), stuck)


def _blocks(statement: Statement) -> bool:
    """No reason helps: it has to change."""
    forbidden = any(ask.consequence in {"block", "deny", "hold"} for ask in statement.asks)
    return forbidden or (statement.tier == "X" and bool(statement.told["interrupts"]))


def _card(card: Shown, number: int, advised: Advised, lines: Sequence[PricedLine]) -> CardView:
    # Two lines of one medicine at one dose give one ticket: it is said once, and accepted once.
    told: dict[str, Statement] = {}
    for one in card.statements:
        told.setdefault(one.ticket, one)
    statements = [_statement(one, advised, lines) for one in told.values()]
    return CardView(card, WORDS[card.tier], statements, card.loud or number < OPEN_MOST, _score(card))


def _statement(one: Statement, advised: Advised, lines: Sequence[PricedLine]) -> StatementView:
    missing = [(tier, [support.fact_name(fact) for fact in facts]) for tier, facts in one.graver]
    forbidden = any(ask.consequence in {"block", "deny", "hold"} for ask in one.asks)
    sources = support.source_names(str(one.told["source"]))
    return StatementView(one, ways(advised, one, lines), sources, missing, one.tier != "X" and not forbidden)


def _listed(names: Sequence[T]) -> T:
    return T(zh="、".join(name.zh for name in names), en=", ".join(name.en for name in names))


def _score(card: Shown) -> T | None:
    if card.score is None:
        return None
    missing = _listed([support.fact_name(f"patient.labs.{code}") for code in card.score["missing"]])
    told = T(zh="Tisdale 评分 {n}（{level}）", en="Tisdale score {n} ({level})").with_(
        n=card.score["points"], level=LEVELS[card.score["level"]]
    )
    if not card.score["missing"]:
        return told
    return T(zh="{told}，未知：{missing}", en="{told}, not known: {missing}").with_(told=told, missing=missing)


def _accepted(advised: Advised) -> list[AcceptedView]:
    reasons = {row.code: row.name for row in terminology.override_reasons()}
    found = []
    for one in advised.accepted:
        held = advised.reason_of(one.ticket)
        if held is not None:
            reason = reasons.get(held.reason_code, T(zh=held.reason_code, en=held.reason_code))
            found.append(AcceptedView(one, reason, held.text, held.actor_label, held.at))
    return found
