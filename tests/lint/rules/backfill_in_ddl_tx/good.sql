-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, amount numeric);
-- migration
ALTER TABLE deals ADD COLUMN net numeric;
-- down
ALTER TABLE deals DROP COLUMN net;
-- file: sql/tenant/0003_fill.up.sql
-- sqlmig: irreversible the column goes with the migration before
UPDATE deals SET net = amount / 1.19 WHERE net IS NULL;
