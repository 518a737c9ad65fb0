"""A world with a signed visit, made once a file: each test is given a copy, and what it does is undone.

The world is made in a transaction that lasts as long as the file; a test's own is a savepoint within. Files in which a
test commits cannot be wrapped so: there every test makes a world for itself.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest


def begun(request: pytest.FixtureRequest, blocker: Any, make: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
    """What gives a test its world; `make` makes one. To be yielded from by a fixture of a module."""
    from django.db import transaction

    if any(_commits(item) for item in request.session.items if item.path == request.path):
        yield make
        return
    around = transaction.atomic()
    around._from_testcase = True  # as the test runner's own: what must not be within a transaction counts it as none
    with blocker.unblock(), around:
        made = make()
        made.sign_ahead()
        yield lambda: deepcopy(made)
        transaction.set_rollback(True)


def _commits(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return "transactional_db" in getattr(item, "fixturenames", ()) or bool(mark and mark.kwargs.get("transaction"))
