"""A hospital with its catalogues, a clock that the test moves, and callers of every role."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker
    from tests.api.city import City
    from tests.api.world import House


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
    made = House()
    monkeypatch.setattr("xinglin.hospital.kernel.clock.now", made.clock)
    return made


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> "Iterator[City]":
    """A hospital in the middle of its day, committed, shared by the tests of a module and emptied afterwards."""
    from tests.api.city import opened

    with django_db_blocker.unblock(), opened(demo=True) as made:
        yield made
