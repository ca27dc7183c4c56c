-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, number text);
-- migration
-- sqlmig: transaction off
-- sqlmig: phase contract
CREATE UNIQUE INDEX CONCURRENTLY deals_number_key ON deals (number);
-- down
-- sqlmig: transaction off
DROP INDEX CONCURRENTLY deals_number_key;
-- file: sql/tenant/0003_unique.up.sql
-- sqlmig: irreversible without the constraint the index would be gone as well
ALTER TABLE deals ADD CONSTRAINT deals_number_key UNIQUE USING INDEX deals_number_key;
