"""The shipped catalogues in the test database: loaded once a run and kept, so that each test starts quickly."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TABLES = (
    "product, terminology_ingredient, terminology_service, terminology_diagnosis, terminology_term, terminology_edition"
)


def load() -> Any:
    """Load what ships; the value is what the load did."""
    # Imported here: this file is read before Django is set up.
    from xinglin.hospital.kernel.access import system_actor
    from xinglin.hospital.terminology import services

    return services.load_reference_data(actor=system_actor("test"), now=NOW)


@pytest.fixture(scope="session")
def kept_catalogues(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The catalogues, committed, without a journal entry: other tests count those."""
    from django.db import connection

    from xinglin.hospital.terminology import services

    with django_db_blocker.unblock(), mock.patch.object(services, "_journal"):
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE terminology_{TABLES}")
        load()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE terminology_{TABLES}")


@pytest.fixture
def loaded(kept_catalogues: None, db: None) -> Any:
    """The catalogues as they ship; loaded again only when another test has emptied the tables."""
    return load()


@pytest.fixture
def empty(kept_catalogues: None, db: None) -> None:
    """No catalogue at all."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE terminology_{TABLES}")
