"""To whom and where medicine goes: kept sealed, opened only for those who may see the prescription."""

import json
from dataclasses import asdict, dataclass

from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput
from xinglin.hospital.kernel.signing import seal, unseal
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.models import Delivery

SEAL = "pharmacy.place"


@dataclass(frozen=True, slots=True)
class Place:
    """A recipient: name, telephone, address."""

    name: str
    phone: str
    address: str


def place_of(delivery: Delivery) -> Place:
    """The recipient of a delivery; the caller has shown that the actor may see the prescription."""
    return Place(**json.loads(unseal(bytes(delivery.place_sealed), SEAL)))


def sealed(place: Place) -> bytes:
    """The recipient for storage."""
    return seal(json.dumps(asdict(place), ensure_ascii=False).encode(), SEAL)


def checked(way: str, name: str, phone: str, address: str) -> Place:
    """A recipient as typed, trimmed. Raises InvalidForm naming each wrong field; the counter needs no address."""
    place = Place(name.strip(), "".join(phone.split()), " ".join(address.split()))
    errors = []
    if way not in {"courier", "counter"}:
        errors.append(_wrong("way", "请选择配送或自取。", "Choose delivery or collection."))
    if not 1 <= len(place.name) <= 40:
        errors.append(_wrong("name", "请填写收货人姓名。", "Give the recipient's name."))
    if not (place.phone.isascii() and place.phone.lstrip("+").isdigit() and 7 <= len(place.phone) <= 15):
        errors.append(_wrong("phone", "请填写可联系的电话号码。", "Give a telephone number that can be reached."))
    if way == "courier" and not 6 <= len(place.address) <= 120:
        errors.append(
            _wrong("address", "请填写完整的收货地址（6 到 120 字）。", "Give the whole address (6 to 120 characters).")
        )
    if errors:
        raise InvalidForm(errors)
    return place


def _wrong(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(field=field, reason=T(zh=zh, en=en))
