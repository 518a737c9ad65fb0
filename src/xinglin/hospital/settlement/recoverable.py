"""How much of an upheld breach the fund is owed: pure arithmetic over one claim and what else is recovered of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xinglin.benefits.lines import SplitLine
from xinglin.benefits.revoke import Standing, replay
from xinglin.benefits.rounding import allocate
from xinglin.benefits.settle import Outcome
from xinglin.benefits.totals import State
from xinglin.hospital.settlement.payers import FUNDS

Breach = Mapping[str, int]
"""Fen in breach by line id."""


@dataclass(frozen=True, slots=True)
class LineMoney:
    """A line as it was charged; `refused_fen` of it was refused at the till, by the rule `refused_by`."""

    id: str
    amount_fen: int
    refused_by: str = ""
    refused_fen: int = 0


Bills = Mapping[str, Sequence[LineMoney]]
"""The lines of each claim by the claim's id."""


def owed_by_line(bills: Bills, named: Sequence[tuple[str, int]], breach: int, owed: int) -> dict[str, dict[str, int]]:
    """What a decision owes on the lines of each of its claims.

    The finding names its lines with their money; one that names none of these concerns all of them, in proportion to
    their amounts. What is owed is the upheld part of the breach.
    """
    weights = {(bill, line.id): 0 for bill, lines in bills.items() for line in lines}
    for bill, line in weights:
        weights[bill, line] = sum(fen for name, fen in named if name == line)
    on_lines = sum(weights.values())
    if on_lines:
        owed = owed * min(on_lines, breach) // breach
    else:
        weights = {(bill, line.id): line.amount_fen for bill, lines in bills.items() for line in lines}
        owed = min(owed, sum(weights.values()))
    found: dict[str, dict[str, int]] = {bill: {} for bill in bills}
    for (bill, line), fen in zip(weights, allocate(owed, list(weights.values())), strict=True):
        if fen:
            found[bill][line] = fen
    return found


def still_open(lines: Sequence[LineMoney], owed: Breach, others: Breach, rule: str) -> dict[str, int]:
    """What of it nothing else covers: the sum over all findings never exceeds what the line asked the fund for.

    A refusal by the same rule is the same breach: it was settled at the till.
    """
    found = {}
    for line in lines:
        wanted = owed.get(line.id, 0) - (line.refused_fen if line.refused_by == rule else 0)
        free = line.amount_fen - line.refused_fen - others.get(line.id, 0)
        if (fen := min(wanted, free)) > 0:
            found[line.id] = fen
    return found


def without(bill: Standing, breach: Breach) -> Standing:
    """A bill whose lines are in scope only as far as they are not in breach."""
    return replace(bill, lines=tuple(_cut(line, breach.get(line.line.id, 0)) for line in bill.lines))


def _cut(split: SplitLine, breach_fen: int) -> SplitLine:
    """The line with the breach moved out of scope, by the share in which its asked amount was in scope."""
    asked = split.line.amount_fen - split.denied_fen
    if breach_fen <= 0 or asked <= 0:
        return split
    cut = min(split.in_scope_fen, (2 * split.in_scope_fen * breach_fen + asked) // (2 * asked))
    return replace(split, in_scope_fen=split.in_scope_fen - cut, full_selfpay_fen=split.full_selfpay_fen + cut)


def loss(history: Sequence[Standing], opening: State, before: Breach, mine: Breach) -> dict[str, int]:
    """What the fund paid more because of a breach, fund by fund: the year settled with and without it.

    `before` are the breaches that are recovered already: each recovery is what it adds to them.
    """
    both = {line: before.get(line, 0) + mine.get(line, 0) for line in before.keys() | mine.keys()}
    paid = replay([without(bill, before) for bill in history], opening)
    due = replay([without(bill, both) for bill in history], opening)
    return {name: _of_fund(paid, name) - _of_fund(due, name) for name in FUNDS}


def _of_fund(outcomes: Sequence[Outcome], name: str) -> int:
    return sum(int(getattr(outcome.funds, f"{name}_fen")) for outcome in outcomes)


def capped(by_fund: Mapping[str, int], most: int) -> dict[str, int]:
    """The loss by fund, with nothing below zero and no more in all than the claim's own fund money that is left.

    A fund that would have paid more without the breach is set off against those that would have paid less.
    """
    total = min(sum(by_fund.values()), most)
    if total <= 0:
        return {}
    names = [name for name, fen in by_fund.items() if fen > 0]
    shares = allocate(total, [by_fund[name] for name in names])
    return {name: fen for name, fen in zip(names, shares, strict=True) if fen}
