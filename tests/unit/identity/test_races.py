"""Two people at once: one gets it, the other a refusal in words."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from tests import builders as make
from tests.unit.identity.conftest import Messages

from xinglin.hospital.identity import errors, services
from xinglin.hospital.identity.models import Account, Person, SigningKey
from xinglin.hospital.kernel.access import ANONYMOUS
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.ids import new_id

pytestmark = pytest.mark.django_db(transaction=True)


def both(*deeds: Callable[[], Any]) -> list[Any]:
    """Run deeds at the same time, each on a connection of its own; a refusal is given back as a value."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return deed()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_one_number_from_two_phones(messages: Messages) -> None:
    number = make.a_number(date(1975, 5, 6))
    said = services.declare(actor=ANONYMOUS, name="孙小杏", id_type="resident", number=number, now=make.NOW)
    codes = {}
    for phone in ("13900001111", "13900002222"):
        services.request_phone_code(actor=ANONYMOUS, phone=phone, purpose="register", now=make.NOW)
        codes[phone] = messages.code

    def deed(phone: str) -> Callable[[], Any]:
        return lambda: services.register_patient(
            actor=ANONYMOUS, id=new_id(), declared=said, phone=phone, code=codes[phone], now=make.NOW
        )

    outcomes = both(*(deed(phone) for phone in codes))
    assert sorted(type(one).__name__ for one in outcomes) == ["NumberTaken", "Registered"]
    assert (Person.objects.count(), Account.objects.count()) == (1, 1)


def test_one_code_pressed_twice(messages: Messages) -> None:
    said = services.declare(
        actor=ANONYMOUS, name="孙小杏", id_type="resident", number=make.a_number(date(1975, 5, 6)), now=make.NOW
    )
    services.request_phone_code(actor=ANONYMOUS, phone="13900001111", purpose="register", now=make.NOW)
    code = messages.code

    def deed() -> Any:
        return services.register_patient(
            actor=ANONYMOUS, id=new_id(), declared=said, phone="13900001111", code=code, now=make.NOW
        )

    outcomes = both(deed, deed)
    assert sorted(type(one).__name__ for one in outcomes) == ["CodeDead", "Registered"]
    assert Account.objects.count() == 1


def test_a_flood_of_codes_and_two_first_signatures(messages: Messages) -> None:
    def ask() -> Any:
        return services.request_phone_code(actor=ANONYMOUS, phone="13900003333", purpose="sign_in", now=make.NOW)

    outcomes = both(ask, ask, ask)
    assert sum(isinstance(one, errors.CodeTooSoon) for one in outcomes) == 2
    doctor = make.a_physician(proof_at=make.NOW - timedelta(minutes=1))

    def sign(n: int) -> Callable[[], Any]:
        return lambda: services.sign_as(actor=doctor.actor, content={"n": n}, now=make.NOW)

    made = both(sign(1), sign(2))
    assert made[0].key_id == made[1].key_id
    assert SigningKey.objects.filter(practitioner_id=doctor.practitioner_id).count() == 1
