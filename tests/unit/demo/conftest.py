"""Two small cities for all tests of this folder, made once. Nobody may change them."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xinglin.hospital.demo.city.city import City


@pytest.fixture(scope="session")
def city() -> "City":
    """A tenth of the usual city."""
    from tests.unit.demo.made import make

    return make()


@pytest.fixture(scope="session")
def town() -> "City":
    """A fiftieth, for tests that make every row of its lake, which is slow: all kinds of rows are there."""
    from tests.unit.demo.made import make

    return make(scale=0.02)
