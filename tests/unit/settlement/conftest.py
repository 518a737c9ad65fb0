"""A world with a picked prescription, an insured patient and an insurer whose moods a test can choose."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.begun import begun


def _bound(made: Any) -> Iterator["object"]:
    # Imported here: this file is read before Django is set up.
    from xinglin.hospital.interop.insurer.demo import DemoInsurer
    from xinglin.hospital.kernel.ports import bind
    from xinglin.hospital.settlement.ports import Insurer

    bind(Insurer, made.insurer)
    yield made
    bind(Insurer, DemoInsurer())


@pytest.fixture(scope="module")
def worlds(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Callable[[], Any]]:
    """See `tests.begun`."""
    from tests.unit.settlement.world import World

    yield from begun(request, django_db_blocker, World)


@pytest.fixture
def world(worlds: Callable[[], Any], db: None) -> Iterator["object"]:
    """Everything inside one transaction that is rolled back: quick."""
    yield from _bound(worlds())


@pytest.fixture
def fresh_world(db: None) -> Iterator["object"]:
    """The same, made for this test alone: nobody has asked for a visit yet."""
    from tests.unit.settlement.world import World

    yield from _bound(World())


@pytest.fixture
def racing_world(transactional_db: None) -> Iterator["object"]:
    """Real transactions, which two threads can see; slow."""
    from tests.unit.settlement.world import World

    yield from _bound(World())
