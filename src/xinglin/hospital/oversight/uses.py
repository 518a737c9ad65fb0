"""How the hospital uses its rules on a day in a place: shown, only counted, or not asked; and whom to propose for less.

A switch holds from its day on until the next one of the same place; the narrowest place wins. A rule without a switch
is active.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import access
from xinglin.hospital.oversight.consequences import policy
from xinglin.hospital.oversight.models import RuleSwitch
from xinglin.hospital.oversight.words import USE_NAMES, Consequence, RuleUse

FIRES_MIN = 500
OVERRIDES_ABOVE = 90
CONFIRMED_BELOW = 5
"""A rule is proposed for demotion when over so many fires more than 90 % were overridden and fewer than 5 % confirmed:
choices of the house."""


@dataclass(frozen=True, slots=True)
class SwitchCard:
    """One switch of a rule, for reading."""

    rule: str
    territory: str
    use: str
    use_name: T
    from_on: date
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Uses:
    """The rules that are not simply active."""

    shadow: frozenset[str]
    suspended: frozenset[str]


def uses(on: date, territory: str) -> Uses:
    """How rules are used on a day in a place."""
    return _uses(RuleSwitch.objects.filter(from_on__lte=on), territory)


def _uses(rows: Iterable[RuleSwitch], territory: str) -> Uses:
    chosen: dict[str, RuleSwitch] = {}
    for row in sorted(rows, key=lambda row: (len(row.territory), row.from_on, row.id)):
        if territory.startswith(row.territory):
            chosen[row.rule] = row  # the narrowest place last, in it the latest day last
    return Uses(
        frozenset(rule for rule, row in chosen.items() if row.use == RuleUse.SHADOW),
        frozenset(rule for rule, row in chosen.items() if row.use == RuleUse.SUSPENDED),
    )


def stops_by_law(rule: str, on: date, territory: str) -> bool:
    """Whether a finding of the rule stops somebody by policy, at any moment and for any deed."""
    asked = {row.key[3] for row in policy().rows if row.key[0] == rule}
    found = (
        policy().row((rule, moment, "finding", subject), on, territory)
        for moment in ("remind", "control")
        for subject in asked
    )
    return any(row is not None and row.values["consequence"] == Consequence.BLOCK for row in found)


def switches(*, actor: Actor, rule: str = "") -> list[SwitchCard]:
    """The switches of one rule, or of all, the latest first."""
    require(actor, access.READ_FINDINGS)
    rows = RuleSwitch.objects.order_by("-from_on", "-id")
    return [
        SwitchCard(
            row.rule,
            row.territory,
            row.use,
            USE_NAMES[RuleUse(row.use)],
            row.from_on,
            row.reason,
            row.actor_label,
            row.at,
        )
        for row in (rows.filter(rule=rule) if rule else rows)
    ]


def use_of(*, actor: Actor, rule: str, at: datetime, territory: str = "") -> tuple[str, T]:
    """How a rule is used now: code and name."""
    require(actor, access.READ_FINDINGS)
    found = uses(civil_day(at), territory)
    use = RuleUse.SHADOW if rule in found.shadow else RuleUse.ACTIVE
    use = RuleUse.SUSPENDED if rule in found.suspended else use
    return use.value, USE_NAMES[use]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule that nobody confirms: how often it asked for a reason, how many went on, how many were upheld."""

    rule: str
    fires: int
    overrides: int
    confirmed: int

    @property
    def says(self) -> T:
        """The reason for the proposal, which the form offers."""
        return T(
            zh="要求说明 {f} 次，其中 {o} 次说明后继续，认定成立 {c} 次。",
            en="Of {f} times a reason was asked, {o} went on with one; {c} were upheld.",
        ).with_(f=self.fires, o=self.overrides, c=self.confirmed)


def proposed(rule: str, *, fires: int, overrides: int, confirmed: int) -> Proposal | None:
    """The proposal to demote a rule, where its numbers call for one."""
    if fires < FIRES_MIN or overrides * 100 <= OVERRIDES_ABOVE * fires or confirmed * 100 >= CONFIRMED_BELOW * fires:
        return None
    return Proposal(rule, fires, overrides, confirmed)
