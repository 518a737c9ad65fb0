"""When what became known in the made city: own care at once, that of others the next night, some of it days late.

Everything here is drawn from the seed and the thing's own id, so that it never depends on the order of asking.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Final

from xinglin.hospital.demo.city.bills import Bill
from xinglin.hospital.demo.city.city import City
from xinglin.hospital.demo.city.conditions import CONDITIONS, code_for
from xinglin.hospital.demo.city.dice import instant
from xinglin.hospital.demo.city.encounters import Encounter
from xinglin.hospital.demo.city.people import Resident

LATE_SHARE: Final = 0.08
CORRECTED_SHARE: Final = 0.004
REFUNDED_SHARE: Final = 0.004
NIGHT_FEED: Final = 120
"""Minutes after midnight at which the day's rows of the others arrive."""

_SIBLINGS: Final = {code: tuple(c.codes) for c in CONDITIONS for code in c.codes if len(c.codes) > 1}


def chance(*names: object) -> float:
    """A number from 0 up to 1 that belongs to these names for ever."""
    raw = blake2b("/".join(map(str, names)).encode(), digest_size=7).digest()
    return int.from_bytes(raw, "big") / 2**56


def key_of(*names: object) -> str:
    """A key without meaning: equal names have equal keys, and nobody reads a name from a key."""
    return blake2b("/".join(map(str, names)).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Correction:
    """A main diagnosis that was recorded wrongly at first: what stood there, and until when."""

    code: str
    until: datetime


class Times:
    """The instants of knowing of one city. `end` is the last instant of its books."""

    def __init__(self, city: City) -> None:
        self.city, self.seed = city, city.seed
        self.end = instant(city.city_date + timedelta(days=1), 0)

    def known_at(self, place: int, event: datetime, key: str) -> datetime:
        """When a row of this place's came here: at once, the next night, or up to five days later still."""
        if place == self.city.places.internet:
            return event
        draw = chance(self.seed, "late", key)
        late = 1 + int(5 * draw / LATE_SHARE) if draw < LATE_SHARE else 0
        return instant(event.date() + timedelta(days=1 + late), NIGHT_FEED + 30 * chance(self.seed, "feed", place))

    def death_known_at(self, person: Resident) -> datetime | None:
        """When a death was in the register: three to thirty days after it."""
        if person.died_on is None:
            return None
        days = 3 + int(27 * chance(self.seed, "death", person.id))
        return instant(person.died_on + timedelta(days=days), 540)

    def dead(self, person: Resident, at: datetime) -> date | None:
        """The day of death as far as it is in the register at an instant."""
        known = self.death_known_at(person)
        return person.died_on if known is not None and known <= at else None

    def correction(self, encounter: Encounter, ended: datetime) -> Correction | None:
        """For a few visits: another code of the same disease stood there for some days."""
        sex = self.city.residents[encounter.person].sex
        siblings = (code_for(sex, code) for code in _SIBLINGS.get(encounter.codes[0], ()))
        others = [code for code in siblings if code != encounter.codes[0]]
        if not others or chance(self.seed, "corrected", encounter.id) >= CORRECTED_SHARE:
            return None
        days = 1 + int(9 * chance(self.seed, "correction", encounter.id))
        return Correction(others[0], instant(ended.date() + timedelta(days=days), 600))

    def refunded_at(self, bill: Bill) -> datetime | None:
        """For a few claims: when the medicine came back and the money with it."""
        if bill.encounter.kind == "inpatient" or chance(self.seed, "refund", bill.claim_id) >= REFUNDED_SHARE:
            return None
        days = 1 + int(5 * chance(self.seed, "refunded", bill.claim_id))
        at = instant(bill.settled_at.date() + timedelta(days=days), 600)
        return at if at < self.end else None
