"""Two deeds about one number, phone or name wait for each other, so that the second is refused in words, not by the
database.
"""

from django.db import connection


def hold(*keys: str) -> None:
    """Hold named locks until the transaction ends; taken in one order, so that two holders cannot wait in a ring."""
    with connection.cursor() as cursor:
        for key in sorted({key for key in keys if key}):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"identity:{key}"])
