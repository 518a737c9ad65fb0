"""A small world for visits: catalogues, a physician on duty, a patient with a paper."""

import pytest


@pytest.fixture
def world(db: None) -> "object":
    """Catalogue rows, the internet hospital, a physician, a patient; see `world.World`."""
    # Imported here: this file is read before Django is set up.
    from tests.unit.consultation.world import World

    return World()
