-- +goose Up

-- Who asks for true figures of a quarter is kept, though nothing is changed by it. So the
-- feed, which tells of changes, does not hear of it: whoever holds a list still holds it.
ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_action_known;
ALTER TABLE audit_entries ADD CONSTRAINT audit_entries_action_known CHECK (action IN ('create', 'update', 'delete', 'import', 'read'));
COMMENT ON TABLE audit_entries IS 'Who changed what, when and why, and who read true figures of quarters. Rows are written in the transaction of the change, or before the answer, and never altered.';
COMMENT ON COLUMN audit_entries.action IS 'create, update, delete, import or read.';
COMMENT ON COLUMN audit_entries.after IS 'As it became, null for what is gone; of what was read, what was asked.';

DROP TRIGGER append_to_feed ON audit_entries;
CREATE CONSTRAINT TRIGGER append_to_feed AFTER INSERT ON audit_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.action <> 'read') EXECUTE FUNCTION append_to_feed();

-- +goose Down
DROP TRIGGER append_to_feed ON audit_entries;
CREATE CONSTRAINT TRIGGER append_to_feed AFTER INSERT ON audit_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION append_to_feed();
ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_action_known;
ALTER TABLE audit_entries ADD CONSTRAINT audit_entries_action_known CHECK (action IN ('create', 'update', 'delete', 'import')) NOT VALID; -- the audit is never altered
