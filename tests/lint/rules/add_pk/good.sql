-- config: lint: {rules: {no-primary-key: "off"}}
-- earlier
CREATE TABLE deals (id bigint NOT NULL);
-- migration
-- sqlmig: transaction off
-- sqlmig: phase contract
CREATE UNIQUE INDEX CONCURRENTLY deals_pkey ON deals (id);
-- down
-- sqlmig: transaction off
DROP INDEX CONCURRENTLY deals_pkey;
-- file: sql/tenant/0003_primary_key.up.sql
-- sqlmig: irreversible without the constraint the index would be gone as well
ALTER TABLE deals ADD CONSTRAINT deals_pkey PRIMARY KEY USING INDEX deals_pkey;
