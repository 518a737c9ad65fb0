"""A world with medicines, a pharmacist and a visit whose record is signed."""

from typing import Any

import pytest

# Passwords play no part in these tests; the slow hash would take half of their time.
QUICK_HASH = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def world(db: None, settings: Any) -> "object":
    """See `world.World`. Judging commits by itself, for which the transaction around a test counts as none."""
    # Imported here: this file is read before Django is set up.
    from tests.unit.pharmacy.world import World

    settings.PASSWORD_HASHERS = QUICK_HASH
    return World()


@pytest.fixture
def shared_world(transactional_db: None, settings: Any) -> "object":
    """The same, committed, for tests in which several connections meet."""
    from tests.unit.pharmacy.world import World

    settings.PASSWORD_HASHERS = QUICK_HASH
    return World()
