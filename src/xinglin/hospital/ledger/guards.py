"""What the database itself holds of the books, whoever writes: SQL for the migration."""

GUARDS = """
CREATE FUNCTION ledger_check_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held ledger_transfer%ROWTYPE;
  least bigint;
  free bigint;
BEGIN
  IF NEW.kind IN ('posted', 'voided') THEN
    SELECT * INTO held FROM ledger_transfer WHERE id = NEW.pending_id;
    IF held.kind <> 'pending' OR held.debit_id <> NEW.debit_id OR held.credit_id <> NEW.credit_id
       OR held.amount_fen <> NEW.amount_fen OR held.group_id <> NEW.group_id THEN
      RAISE EXCEPTION 'transfer % does not fit the reservation it decides', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  SELECT floor_fen INTO least FROM ledger_account WHERE id = NEW.debit_id AND floor_fen IS NOT NULL FOR NO KEY UPDATE;
  IF least IS NOT NULL THEN
    SELECT coalesce(sum(CASE WHEN t.credit_id = NEW.debit_id AND t.kind IN ('direct', 'posted') THEN t.amount_fen
                             WHEN t.debit_id = NEW.debit_id AND t.kind IN ('direct', 'pending') THEN -t.amount_fen
                             WHEN t.debit_id = NEW.debit_id AND t.kind = 'voided' THEN t.amount_fen
                             ELSE 0 END), 0)
      INTO free FROM ledger_transfer t WHERE t.debit_id = NEW.debit_id OR t.credit_id = NEW.debit_id;
    IF free - NEW.amount_fen < least THEN
      RAISE EXCEPTION 'account % would fall below its floor', NEW.debit_id USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_transfer_check BEFORE INSERT ON ledger_transfer
  FOR EACH ROW EXECUTE FUNCTION ledger_check_transfer();
"""
NO_GUARDS = """
DROP TRIGGER IF EXISTS ledger_transfer_check ON ledger_transfer;
DROP FUNCTION IF EXISTS ledger_check_transfer();
"""
