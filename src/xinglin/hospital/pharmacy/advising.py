"""The check of medicines on a prescription that is written: what is asked, what the physician is shown, what holds.

The law's own reminders (rules D01 to D19) and the check speak of the same dangers. Where a reminder and a finding name
the same rule and the same line, the card of the check is shown and the reminder is not: `Advised.merged` says which.
What keeps a prescription from being signed stands in `open_cards`, and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from xinglin.hospital.decision_support import services as support
from xinglin.hospital.decision_support.services import Advice
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight.services import Ask
from xinglin.hospital.pharmacy.care import VisitToPrescribe
from xinglin.hospital.pharmacy.drafts import Answer, Draft, PricedLine
from xinglin.hospital.pharmacy.gathering import about_draft, gather

FOR_PHYSICIANS = frozenset({"X", "D"})
NEEDS_REASON, STOPS = "needs_reason", frozenset({"block", "deny", "hold"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One finding as the physician reads it. `lines` are the ids of ordered lines and of medicines taken."""

    told: Mapping[str, Any]
    lines: tuple[str, ...]
    asks: tuple[Ask, ...] = ()

    @property
    def ticket(self) -> str:
        """Its name."""
        return str(self.told["ticket"])

    @property
    def tier(self) -> str:
        """X, D, C or B."""
        return str(self.told["tier"])

    @property
    def rule(self) -> str:
        """The rule of the law under which it falls."""
        return str(self.told["rule"])

    @property
    def text(self) -> T:
        """What is the matter, and why."""
        return T(**self.told["text"])

    @property
    def action(self) -> T:
        """What to do."""
        return T(**self.told["action"])

    @property
    def graver(self) -> list[tuple[str, list[str]]]:
        """Tiers that missing facts could give, with these facts."""
        return [(one["tier"], list(one["missing"])) for one in self.told["could_be"]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A card: findings of one clinical problem. `loud`: it has to be dealt with before signing."""

    problem: str
    tier: str
    title: T
    loud: bool
    statements: tuple[Statement, ...]
    score: Mapping[str, Any] | None = None

    @property
    def lines(self) -> frozenset[str]:
        """The ids of the lines that it concerns."""
        return frozenset(line for one in self.statements for line in one.lines)

    @property
    def asks(self) -> list[Ask]:
        """Reminders of the law that it stands for."""
        return [ask for one in self.statements for ask in one.asks]


@dataclass(frozen=True, slots=True)
class Advised:
    """The answer of the check for one draft: cards, what was accepted before, what could not be checked."""

    advice: Advice
    cards: tuple[Shown, ...]
    accepted: tuple[Statement, ...]
    merged: frozenset[str] = field(default=frozenset())
    """Keys of the reminders for which a card stands, or which an acceptance has answered."""

    @property
    def unchecked(self) -> list[T]:
        """What was not checked, and why."""
        return [T(**one["text"]) for one in self.advice.answer["unchecked"]]

    def reason_of(self, ticket: str) -> Any:
        """The acceptance of a finding."""
        return self.advice.accepted.get(ticket)


def advise(
    *, actor: Actor, visit: VisitToPrescribe, draft: Draft, priced: Sequence[PricedLine], now: datetime
) -> Advised:
    """Check a draft against the patient's facts and medicines. Nothing is stored."""
    asked = gather(about_draft(visit, draft, priced), now)
    return _advised(support.check_prescription(actor=actor, asked=asked, now=now))


# WHAT THE PHYSICIAN IS SHOWN


def _advised(advice: Advice) -> Advised:
    statements = [_statement(found, advice) for found in advice.findings]
    cards = [card for told in advice.cards if (card := _card(told, statements)) is not None]
    return Advised(advice, tuple(cards), tuple(one for one in statements if one.told["accepted_on"]))


def _statement(found: dict[str, Any], advice: Advice) -> Statement:
    return Statement(found, tuple(advice.line_of(place) for place in found["lines"]))


def _card(told: Mapping[str, Any], statements: Sequence[Statement]) -> Shown | None:
    mine = tuple(one for place in told["findings"] if (one := statements[place]).tier in FOR_PHYSICIANS)
    if not mine:
        return None
    tier = "X" if any(one.tier == "X" for one in mine) else "D"
    return Shown(told["problem"], tier, T(**told["title"]), told["interrupts"], mine, told.get("tisdale"))


# THE LAW'S REMINDERS AND THE CARDS


def merge(advised: Advised, asks: Sequence[Ask]) -> Advised:
    """Put each reminder of the law into the card that speaks of the same rule and line; such a card is loud where the
    law wants an answer. A reminder that a silent finding answers is merged too."""
    merged: set[str] = set()
    cards = []
    for card in advised.cards:
        statements = tuple(replace(one, asks=tuple(ask for ask in asks if _same(ask, one))) for one in card.statements)
        wanted = [ask for one in statements for ask in one.asks]
        merged |= {_key(ask) for ask in wanted}
        loud = card.loud or any(ask.consequence == NEEDS_REASON or ask.consequence in STOPS for ask in wanted)
        cards.append(replace(card, statements=statements, loud=loud))
    merged |= {_key(ask) for ask in asks if any(_same(ask, one) for one in advised.accepted)}
    return replace(advised, cards=tuple(cards), merged=frozenset(merged))


def _same(ask: Ask, statement: Statement) -> bool:
    """One rule, one line. A finding of tier X that does not interrupt cannot be accepted: the law asks by itself."""
    alone = statement.tier == "X" and not statement.told["interrupts"]
    core = ask.verdict.core
    concerned = {core.subject, *(line.line for line in core.lines)}
    return not alone and ask.rule_id == statement.rule and bool(concerned & set(statement.lines))


def _key(ask: Ask) -> str:
    return f"{ask.rule_id}:{ask.verdict.core.subject}"


def answers_of(advised: Advised, asks: Sequence[Ask]) -> list[Answer]:
    """What acceptances answer to the law: a reason given on a card is not asked for again."""
    found = {}
    for ask in asks:
        for one in advised.accepted:
            held = advised.reason_of(one.ticket)
            if held is not None and ask.consequence == NEEDS_REASON and _same(ask, one):
                found[_key(ask)] = Answer(_key(ask), held.reason_code, held.text)
    return list(found.values())


# WHAT KEEPS A PRESCRIPTION FROM BEING SIGNED


def open_cards(advised: Advised) -> list[Shown]:
    """The cards of the check that interrupt and are neither remedied nor accepted. This is the one place that decides.

    A card goes when its finding goes (the draft was changed) or was accepted; of tier X only the first. Rows that were
    not read a second time never interrupt alone. The law's own reminders are settled by `law.settle_asks`.
    """
    return [card for card in advised.cards if _interrupts(card)]


def _interrupts(card: Shown) -> bool:
    return any(one.told["interrupts"] for one in card.statements)
