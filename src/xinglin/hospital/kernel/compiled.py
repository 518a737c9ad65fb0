"""A question asked at every request, turned into SQL once: the query stays in the ORM's words, building it is saved.

Django builds the SQL of a query anew each time, which for nested conditions costs more than PostgreSQL needs to answer.
Here the query is built once with stand-ins for what changes; afterwards only the stand-ins are replaced.
"""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from xinglin.hospital.kernel.clock import civil_day

ID = UUID("99999999-9999-7999-9999-999999999999")
OTHER_ID = UUID("99999999-9999-7999-9999-999999999998")
TEXT = "stand-in:f3b1c0de"
AT = datetime(1912, 3, 4, 5, 6, 7, 89, tzinfo=UTC)
DAY = civil_day(AT)
STAND_INS = {"key": ID, "other": OTHER_ID, "text": TEXT, "at": AT, "day": DAY}
"""What may change from one asking to the next: each by a value that no real question holds. The day is the instant's,
so that conditions which derive one from the other stay right."""


class Compiled:
    """A query of plain values. `build` gives its queryset (`.values_list`) from the stand-ins in `uses`, by name.

    Every stand-in that reaches the SQL must be named: a day that a condition derives from the instant is "day".
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *uses: str) -> None:
        self._build = build
        self._uses = uses
        self._sql = ""
        self._parameters: tuple[Any, ...] = ()

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Ask with these values; the answer's rows. Raises KeyError when one is wanting."""
        if not self._sql:
            self._compile()
        known = {STAND_INS[name]: values[name] for name in self._uses}
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [known.get(one, one) for one in self._parameters])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def _compile(self) -> None:
        wanted = inspect.signature(self._build).parameters
        query = self._build(**{name: STAND_INS[name] for name in wanted}).query
        sql, parameters = query.get_compiler(connection=connection).as_sql()
        held = {name for name, value in STAND_INS.items() if value in parameters}
        if held != set(self._uses):
            raise ValueError(f"the query uses {sorted(held)}, not {sorted(self._uses)}")
        self._parameters = tuple(parameters)
        self._sql = sql
