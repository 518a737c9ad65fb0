"""A world with a picked prescription, an insured patient and an insurer whose moods a test can choose."""

from collections.abc import Iterator

import pytest


def _made() -> Iterator["object"]:
    # Imported here: this file is read before Django is set up.
    from tests.unit.settlement.world import World

    from xinglin.hospital.interop.insurer.demo import DemoInsurer
    from xinglin.hospital.kernel.ports import bind
    from xinglin.hospital.settlement.ports import Insurer

    made = World()
    bind(Insurer, made.insurer)
    yield made
    bind(Insurer, DemoInsurer())


@pytest.fixture
def world(db: None) -> Iterator["object"]:
    """Everything inside one transaction that is rolled back: quick."""
    yield from _made()


@pytest.fixture
def racing_world(transactional_db: None) -> Iterator["object"]:
    """Real transactions, which two threads can see; slow."""
    yield from _made()
