"""One small city for all tests of this folder, made once. Nobody may change it."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xinglin.hospital.demo.city.city import City


@pytest.fixture(scope="session")
def city() -> "City":
    """A tenth of the usual city."""
    from tests.unit.demo.made import make

    return make()
