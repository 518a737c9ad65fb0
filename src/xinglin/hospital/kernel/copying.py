"""Many rows at once by COPY: for histories and imports, through each module's bulk.py. Constraints judge the rows."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.db import connection, models


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY rows, each with a value a column in this order, into the model's table; returns how many there were.

    Columns are names in the database (`visit_id`, not `visit`). Those left out take the field's own default, the same
    for every row, or the database's. Values for JSON columns come as psycopg's Jsonb. Joins the caller's transaction;
    while it runs the connection can ask nothing else, so `rows` must not query. The database's refusals come through
    as they are.
    """
    rest = [field for field in model._meta.concrete_fields if field.column not in columns and _has_value(field)]
    names = ", ".join(f'"{name}"' for name in (*columns, *(field.column for field in rest)))
    same = tuple(field.get_db_prep_save(field.get_default(), connection) for field in rest)
    count = 0
    with connection.cursor() as cursor:
        raw = cast(Any, cursor.cursor)
        with raw.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row((*row, *same))
                count += 1
    return count


def _has_value(field: "models.Field[Any, Any]") -> bool:
    """Whether a column that was left out has a default to be written; keys and what may be empty have none."""
    if field.null or field.primary_key or field.has_db_default():
        return False
    return field.has_default() or isinstance(field, models.CharField)


def copy_objects(model: type[models.Model], objects: Iterable[models.Model]) -> int:
    """COPY unsaved objects of a model as Django would save them, but for what `save` does beside; returns how many."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    prepared = [(field.attname, field.get_db_prep_save) for field in fields]
    rows = ([prepare(getattr(one, name), connection) for name, prepare in prepared] for one in objects)
    return copy_rows(model, [field.column or field.attname for field in fields], rows)
