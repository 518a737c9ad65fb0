"""Trigram index over the spellings where PostgreSQL has pg_trgm and lets us create it; elsewhere a plain scan serves."""

from django.db import migrations

FORWARD = """
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
  RAISE NOTICE 'pg_trgm is not available: search works without it, typing errors are not forgiven';
END $$;
DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
    CREATE INDEX terminology_term_spelling ON terminology_term USING gin (spelling gin_trgm_ops);
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("terminology", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, "DROP INDEX IF EXISTS terminology_term_spelling")]
