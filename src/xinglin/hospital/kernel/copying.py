"""Many rows at once by COPY: for histories and imports, through each module's bulk.py. Constraints judge the rows."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.db import connection, models


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY rows, each with a value a column in this order, into the model's table; returns how many there were.

    Columns are names in the database (`visit_id`, not `visit`); those left out must allow it. Values for JSON columns
    come as psycopg's Jsonb. Joins the caller's transaction; the database's refusals come through as they are.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    count = 0
    with connection.cursor() as cursor:
        raw = cast(Any, cursor.cursor)
        with raw.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
    return count
