"""What the pharmacy needs from outside: a courier. Interop implements it, config/wiring binds it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a courier is asked to carry, and to whom. `packs` counts boxes; nothing says what is in them."""

    id: UUID
    name: str
    phone: str
    address: str
    packs: int


@dataclass(frozen=True, slots=True)
class Waybill:
    """The courier's promise to carry a parcel."""

    carrier: str
    number: str


@dataclass(frozen=True, slots=True)
class News:
    """One thing that the courier tells about a parcel.

    `kind`: collected, in_transit, at_station, out_for_delivery, delivered, refused, lost, returning, returned.
    """

    kind: str
    at: datetime
    holder: T
    place: T


class CourierDown(Exception):
    """The courier does not answer."""


class CourierDeclines(Exception):
    """The courier answers, and says no."""

    def __init__(self, why: T) -> None:
        self.why = why
        super().__init__(why.en)


class Courier(Protocol):
    """A company that carries medicine and says where it is."""

    def book(self, parcel: Parcel, *, now: datetime) -> Waybill:
        """Take an order. Raises CourierDown or CourierDeclines."""

    def track(self, number: str, *, now: datetime) -> list[News]:
        """Everything known about a waybill, oldest first. Raises CourierDown, or CourierDeclines for an unknown one."""

    def recall(self, number: str, *, now: datetime) -> Waybill:
        """Ask for a parcel back; the answer is the waybill of its way home. Raises as `track` does."""
