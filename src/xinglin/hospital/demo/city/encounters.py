"""What a contact with care is in the city, and the diaries that keep a physician from being in two rooms at once."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from xinglin.hospital.demo.city.dice import Dice

MORNING, NOON, AFTERNOON, EVENING, NIGHT = 480, 690, 840, 1050, 1320
"""Minutes after midnight: opening, lunch, second opening, closing, end of the online day."""
STEP: Final = 10


@dataclass(frozen=True, slots=True)
class Prescribing:
    """How an online prescription came to be where that is not the usual way; seconds, and the word of its origin.

    `after_start`: from the visit's start to the signature; `after_payment`: from the payment to the signature.
    """

    ordered_before: bool = False
    after_start: int | None = None
    after_payment: int | None = None
    origin: str = "typed"


@dataclass(slots=True)
class Encounter:
    """One contact: a visit, a stay, a purchase in a pharmacy, a session of dialysis. Indexes: the city's lists.

    `items` holds (code, quantity); `agent` is who came for the medicine when it was somebody else; `plant` names
    the misconduct or the innocent look-alike it belongs to and goes to the answer file only.
    """

    person: int
    place: int
    practitioner: int
    kind: str
    day: int
    minute: float
    department: str
    codes: tuple[str, ...]
    items: list[tuple[str, int]]
    minutes: int = 8
    days: int = 0
    """Days for which the medicine is meant; 0 where nobody said."""
    until_day: int = 0
    agent: int = -1
    plant: str = ""
    supplied_by: int = -1
    """Encounter whose packs were sold again here (resale): index into the city's list; -1 for honest goods."""
    no_trace: bool = False
    silent: bool = False
    """Online and charged, but the patient never wrote a word."""
    prescribing: Prescribing | None = None
    id: str = ""
    order: int = field(default=-1)

    @property
    def on(self) -> date:
        """The day it began."""
        return date.fromordinal(self.day)


class Diaries:
    """Free minutes of every practitioner."""

    def __init__(self, dice: Dice) -> None:
        self._taken: dict[tuple[int, int], set[int]] = {}
        self._dice = dice
        self._day = [*range(MORNING, NOON, STEP), *range(AFTERNOON, EVENING, STEP)]
        self._online = list(range(MORNING, NIGHT, STEP))

    def book(self, practitioner: int, day: int, online: bool = False) -> int | None:
        """A free slot on that day as minutes after midnight, or None when the day is full."""
        taken = self._taken.setdefault((practitioner, day), set())
        slots = self._online if online else self._day
        for _ in range(6):
            slot = slots[int(self._dice.random() * len(slots))]
            if slot not in taken:
                taken.add(slot)
                return slot
        free = [slot for slot in slots if slot not in taken]
        if not free:
            return None
        slot = self._dice.choice(free)
        taken.add(slot)
        return slot

    def taken_on(self, practitioner: int, day: int) -> frozenset[int]:
        """The slots already given away."""
        return frozenset(self._taken.get((practitioner, day), ()))
