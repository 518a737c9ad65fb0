"""A world with a picked prescription, an insured patient and an insurer whose moods a test can choose."""

from collections.abc import Iterator

import pytest


@pytest.fixture
def world(transactional_db: None) -> Iterator["object"]:
    """Real transactions, because judging commits by itself; see `world.World`."""
    # Imported here: this file is read before Django is set up.
    from tests.unit.settlement.world import World

    from xinglin.hospital.interop.insurer.demo import DemoInsurer
    from xinglin.hospital.kernel.ports import bind
    from xinglin.hospital.settlement.ports import Insurer

    made = World()
    bind(Insurer, made.insurer)
    yield made
    bind(Insurer, DemoInsurer())
