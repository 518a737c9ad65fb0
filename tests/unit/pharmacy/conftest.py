"""A world with medicines, a pharmacist and a visit whose record is signed."""

import pytest


@pytest.fixture
def world(transactional_db: None) -> "object":
    """Real transactions, because judging commits by itself; see `world.World`."""
    # Imported here: this file is read before Django is set up.
    from tests.unit.pharmacy.world import World

    return World()
