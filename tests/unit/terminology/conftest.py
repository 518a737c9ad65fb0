"""The shipped catalogues in the test database."""

from datetime import UTC, datetime
from typing import Any

import pytest

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def loaded(db: None) -> Any:
    """Medicines, services and diagnoses as they ship; the value is what the load did."""
    # Imported here: this file is read before Django is set up.
    from xinglin.hospital.kernel.access import system_actor
    from xinglin.hospital.terminology import services

    return services.load_reference_data(actor=system_actor("test"), now=NOW)
