-- case: one index
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- migration
REINDEX INDEX deals_owner_id_idx;

-- case: with options
-- sqlmig: transaction off
REINDEX (VERBOSE) SCHEMA reports;
