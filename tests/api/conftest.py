"""A hospital with its catalogues, a clock that the test moves, and callers of every role."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker
    from tests.api.city import City
    from tests.api.world import House

# Passwords play no part where tokens are given out directly; the slow hash would take half of the time.
QUICK_HASH = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> "House":
    """The hospital at NOW, in demo mode: codes come back with the answer instead of by phone."""
    return _house(monkeypatch, settings)


@pytest.fixture
def real_house(transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> "House":
    """The same with real transactions."""
    return _house(monkeypatch, settings)


def _house(monkeypatch: pytest.MonkeyPatch, settings: Any) -> "House":
    from tests.api.world import House  # Imported here: this file is read before Django is set up.

    settings.XINGLIN_DEMO = True
    settings.PASSWORD_HASHERS = QUICK_HASH
    made = House()
    monkeypatch.setattr("xinglin.hospital.kernel.clock.now", made.clock)
    return made


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> "Iterator[City]":
    """A hospital in the middle of its day, committed, shared by the tests of a module and emptied afterwards."""
    from django.core.management import call_command
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections
    from django.test import override_settings
    from tests.api.city import AT, build

    with (
        django_db_blocker.unblock(),
        override_settings(PASSWORD_HASHERS=QUICK_HASH, XINGLIN_DEMO=True),
        pytest.MonkeyPatch.context() as patch,
    ):
        call_command("flush", interactive=False, verbosity=0)  # what a run that was broken off left behind
        for signal in (request_started, request_finished):  # They would close the connection that the tests share.
            signal.disconnect(close_old_connections)
        try:
            made = build()
            patch.setattr("xinglin.hospital.kernel.clock.now", lambda: AT)
            yield made
        finally:
            for signal in (request_started, request_finished):
                signal.connect(close_old_connections)
            call_command("flush", interactive=False, verbosity=0)
