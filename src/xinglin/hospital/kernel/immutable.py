"""Tables that refuse UPDATE, DELETE and TRUNCATE in the database itself: a migration operation makes the triggers."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION xinglin_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or deleted; write a new one', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    """The operation for one table; put it into the first migration that creates the table."""
    return migrations.RunSQL(
        sql=FUNCTION
        + f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON "{table}"
          FOR EACH ROW EXECUTE FUNCTION xinglin_refuse_change();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON "{table}"
          FOR EACH STATEMENT EXECUTE FUNCTION xinglin_refuse_change();
        """,
        reverse_sql=f"""
        DROP TRIGGER IF EXISTS {table}_append_only ON "{table}";
        DROP TRIGGER IF EXISTS {table}_no_truncate ON "{table}";
        """,
    )
