"""One running hospital for all journeys of a module."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.running import Running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, migrated: str) -> "Iterator[Running]":
    """Web, stream and worker as `make demo` starts them, on free ports."""
    from tests.journeys.running import hospital  # Imported here: this file is read before Django is set up.

    with hospital(tmp_path_factory.mktemp("journey"), migrated) as made:
        yield made
