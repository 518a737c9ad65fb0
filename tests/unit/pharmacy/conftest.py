"""A world with medicines, a pharmacist and a visit whose record is signed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.begun import begun

# Passwords play no part in these tests; the slow hash would take half of their time.
QUICK_HASH = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="module")
def worlds(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Callable[[], Any]]:
    """See `tests.begun`."""
    # Imported here: this file is read before Django is set up.
    from tests.unit.pharmacy.world import World

    yield from begun(request, django_db_blocker, World)


@pytest.fixture
def world(worlds: Callable[[], Any], db: None, settings: Any) -> "object":
    """See `world.World`. Judging commits by itself, for which the transaction around a test counts as none."""
    settings.PASSWORD_HASHERS = QUICK_HASH
    return worlds()


@pytest.fixture
def fresh_world(db: None) -> "object":
    """The same, in which nobody has asked for a visit yet."""
    from tests.unit.pharmacy.world import World

    return World()


@pytest.fixture
def shared_world(transactional_db: None, settings: Any) -> "object":
    """The same, committed, for tests in which several connections meet."""
    from tests.unit.pharmacy.world import World

    settings.PASSWORD_HASHERS = QUICK_HASH
    return World()
