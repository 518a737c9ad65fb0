"""A made-up courier that really answers: takes orders, declines some, carries, loses, is refused, comes back.

It keeps no memory: a waybill number says when it was booked and how the journey goes, closed by a check, so that any
process gives the same answer and an invented number is unknown. What happens on a journey is chosen by words in the
address, so that every outcome can be shown on purpose:

- 停运 or "no service": the courier does not answer;
- 超区 or "out of area": the order is declined;
- 拒收 or "refuse": refused at the door, then brought back;
- 遗失 or "lose": lost on the way;
- anything else: delivered.

In demo mode hours pass in seconds.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from django.conf import settings

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.ports import CourierDeclines, CourierDown, News, Parcel, Waybill

CARRIER = "演示快递 Demo Courier"
KINDS = {"D": "delivered", "R": "refused", "L": "lost", "H": "home"}
WORDS = {
    "R": ("拒收", "refuse"),
    "L": ("遗失", "lose"),
}
DOWN = ("停运", "no service")
OUTSIDE = ("超区", "out of area")
_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUVWXY"
_SHAPE = re.compile(r"XD([DRLH])([0-9A-Z]{7})([0-9A-Z]{4})([0-9A-F]{4})")

COURIER = T(zh="快递员", en="courier")
STATION = T(zh="配送站", en="station")
PHARMACY = T(zh="医院药房", en="hospital pharmacy")
SORTING = T(zh="城东分拨中心", en="East sorting centre")
NEAREST = T(zh="就近配送站", en="nearest station")
DOOR = T(zh="收货地址", en="recipient's address")
BACK = T(zh="退回途中", en="on the way back")

# Kind of news, who holds the parcel, where, and after how many hours.
JOURNEYS: dict[str, list[tuple[str, T, T, float]]] = {
    "D": [
        ("collected", COURIER, PHARMACY, 0.5),
        ("in_transit", COURIER, SORTING, 3),
        ("at_station", STATION, NEAREST, 12),
        ("out_for_delivery", COURIER, NEAREST, 16),
        ("delivered", T(zh="收件人", en="recipient"), DOOR, 18),
    ],
    "R": [
        ("collected", COURIER, PHARMACY, 0.5),
        ("at_station", STATION, NEAREST, 12),
        ("refused", COURIER, DOOR, 18),
        ("returning", COURIER, BACK, 20),
        ("returned", PHARMACY, PHARMACY, 40),
    ],
    "L": [
        ("collected", COURIER, PHARMACY, 0.5),
        ("in_transit", COURIER, SORTING, 3),
        ("lost", COURIER, SORTING, 48),
    ],
    "H": [
        ("returning", COURIER, BACK, 1),
        ("returned", PHARMACY, PHARMACY, 12),
    ],
}


class DemoCourier:
    """The mock counterparty. `hour` is how long an hour of a journey takes; None: an hour, in demo mode two seconds."""

    def __init__(self, hour: timedelta | None = None) -> None:
        self.hour = hour or (timedelta(seconds=2) if settings.XINGLIN_DEMO else timedelta(hours=1))

    def book(self, parcel: Parcel, *, now: datetime) -> Waybill:
        """Take an order. Raises CourierDown or CourierDeclines."""
        address = parcel.address.lower()
        if any(word in address for word in DOWN):
            raise CourierDown
        if any(word in address for word in OUTSIDE):
            raise CourierDeclines(T(zh="收货地址不在配送范围内", en="the address is outside the area served"))
        if parcel.packs < 1:
            raise CourierDeclines(T(zh="包裹是空的", en="the parcel is empty"))
        letter = next((letter for letter, words in WORDS.items() if any(word in address for word in words)), "D")
        return Waybill(CARRIER, _number(letter, now, parcel.id.hex))

    def track(self, number: str, *, now: datetime) -> list[News]:
        """Everything that has happened to a waybill until now."""
        letter, booked_at = _read(number)
        return [
            News(kind, booked_at + self.hour * hours, holder, place)
            for kind, holder, place, hours in JOURNEYS[letter]
            if booked_at + self.hour * hours <= now
        ]

    def recall(self, number: str, *, now: datetime) -> Waybill:
        """Turn a parcel round. Declined once it has been delivered or lost."""
        letter, _ = _read(number)
        if letter == "H":
            return Waybill(CARRIER, number)
        if any(news.kind in {"delivered", "lost"} for news in self.track(number, now=now)):
            raise CourierDeclines(T(zh="包裹已送达或已遗失，无法追回", en="it has been delivered or lost already"))
        return Waybill(CARRIER, _number("H", now, number))


def _number(letter: str, at: datetime, about: str) -> str:
    seconds = int(at.timestamp())
    digits = "".join(_DIGITS[(seconds >> shift) & 31] for shift in range(30, -1, -5))
    salt = hashlib.sha256(about.encode()).digest()
    body = letter + digits + "".join(_DIGITS[byte & 31] for byte in salt[:4])
    return f"XD{body}{_check(body)}"


def _check(body: str) -> str:
    return hmac.new(b"demo courier", body.encode(), hashlib.sha256).hexdigest()[:4].upper()


def _read(number: str) -> tuple[str, datetime]:
    match = _SHAPE.fullmatch(number)
    if match is None or _check("".join(match.group(1, 2, 3))) != match.group(4):
        raise CourierDeclines(T(zh="查无此运单", en="no such waybill"))
    seconds = 0
    for digit in match.group(2):
        if digit not in _DIGITS:
            raise CourierDeclines(T(zh="查无此运单", en="no such waybill"))
        seconds = seconds << 5 | _DIGITS.index(digit)
    return match.group(1), datetime.fromtimestamp(seconds, tz=UTC)
