"""For how many days each kind of prescription may be written, as the rules read it in the place of the house today.

The form says what the law asks, so it asks the law: a limit that is changed at the auditor's desk changes it here too.
"""

from dataclasses import dataclass
from datetime import date, datetime

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.access import Actor
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors as oversight


@dataclass(frozen=True, slots=True)
class DaysAllowed:
    """Days by kind of prescription; `assessed`: long-term, with the assessment and the patient's signature."""

    ordinary: int
    emergency: int
    reasoned: int
    long: int
    assessed: int

    @property
    def longest(self) -> int:
        """The most days that any prescription may have."""
        return max(self.ordinary, self.emergency, self.reasoned, self.long, self.assessed)

    @property
    def kinds(self) -> dict[str, T]:
        """The kinds of prescription by code, each with its days."""
        names = {
            "ordinary": (T(zh="普通处方（{n} 天内）", en="Ordinary (up to {n} days)"), self.ordinary),
            "reasoned": (
                T(zh="延长处方（{n} 天内，注明理由）", en="Longer, with a reason (up to {n} days)"),
                self.reasoned,
            ),
            "long": (T(zh="长期处方（{n} 天内）", en="Long-term (up to {n} days)"), self.assessed),
            "emergency": (T(zh="急诊处方（{n} 天内）", en="Emergency (up to {n} days)"), self.emergency),
        }
        return {code: name.with_(n=days) for code, (name, days) in names.items()}

    def usual(self, kind: str) -> int:
        """The most days that a new line of a kind is proposed for."""
        return {"ordinary": self.ordinary, "emergency": self.emergency, "reasoned": self.reasoned}.get(kind, self.long)


def days_allowed(*, actor: Actor, at: datetime) -> DaysAllowed:
    """The days of the house in which the actor works."""
    house = min(actor.institution_ids, default=None)
    place = identity.institution(institution_id=house, at=at).area if house else ""
    return days_in(place, civil_day(at))


def days_in(territory: str, on: date) -> DaysAllowed:
    """The days in a place on a day."""

    def of(name: str) -> int:
        return oversight.limit_in_force(f"supply_days_{name}", on=on, territory=territory) or 0

    return DaysAllowed(of("ordinary"), of("emergency"), of("reasoned"), of("long"), of("long_assessed"))
