"""A hospital with its catalogues, a clock that the test moves, and callers of every role."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.api.world import House


@pytest.fixture
def house(transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: object) -> "House":
    """The hospital at NOW, in demo mode: codes come back with the answer instead of by phone. Real transactions."""
    from tests.api.world import House  # Imported here: this file is read before Django is set up.

    settings.XINGLIN_DEMO = True  # type: ignore[attr-defined]
    made = House()
    monkeypatch.setattr("xinglin.hospital.kernel.clock.now", made.clock)
    return made
