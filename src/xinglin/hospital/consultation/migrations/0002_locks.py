"""What the database itself refuses: changes of what was said, agreed and signed."""

from django.db import migrations

from xinglin.hospital.kernel.immutable import append_only

LOCK = """
CREATE FUNCTION consultation_refuse_signed_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'signed' THEN
    RAISE EXCEPTION 'a signed record is never changed or deleted; add an addendum' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER consultation_record_locked BEFORE UPDATE OR DELETE ON consultation_record
  FOR EACH ROW EXECUTE FUNCTION consultation_refuse_signed_record();
CREATE TRIGGER consultation_record_no_truncate BEFORE TRUNCATE ON consultation_record
  FOR EACH STATEMENT EXECUTE FUNCTION xinglin_refuse_change();

CREATE FUNCTION consultation_refuse_part_of_signed_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND EXISTS (
    SELECT 1 FROM consultation_record WHERE visit_id = OLD.record_id AND state = 'signed') THEN
    RAISE EXCEPTION 'a signed record is never changed or deleted; add an addendum' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF EXISTS (SELECT 1 FROM consultation_record WHERE visit_id = NEW.record_id AND state = 'signed') THEN
    RAISE EXCEPTION 'a signed record is never changed or deleted; add an addendum' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""
PARTS = ["consultation_record_diagnosis", "consultation_record_attachment"]
LOCK += "".join(
    f"""
CREATE TRIGGER {table}_locked BEFORE INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION consultation_refuse_part_of_signed_record();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION xinglin_refuse_change();
"""
    for table in PARTS
)
UNLOCK = "".join(
    f"DROP TRIGGER {table}_locked ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"
    for table in ["consultation_record", *PARTS]
) + """
DROP FUNCTION consultation_refuse_signed_record();
DROP FUNCTION consultation_refuse_part_of_signed_record();
"""


class Migration(migrations.Migration):
    dependencies = [("consultation", "0001_initial"), ("kernel", "0001_initial")]

    operations = [
        append_only("consultation_picture"),
        append_only("consultation_consent_text"),
        append_only("consultation_consent_given"),
        append_only("consultation_questionnaire"),
        append_only("consultation_message"),
        append_only("consultation_record_addendum"),
        migrations.RunSQL(sql=LOCK, reverse_sql=UNLOCK),
    ]
