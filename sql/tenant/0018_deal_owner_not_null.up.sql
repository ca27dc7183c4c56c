-- NOT NULL, third of three: the valid CHECK proves it, so no row is read. Two statements: in one ALTER TABLE
-- PostgreSQL would drop the proof first.
ALTER TABLE deals ALTER COLUMN owner_id SET NOT NULL;
ALTER TABLE deals DROP CONSTRAINT deals_owner_id_present;
