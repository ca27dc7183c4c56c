-- case: dropped while the table stays in use
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- migration
-- sqlmig: transaction off
DROP INDEX CONCURRENTLY deals_owner_id_idx;
-- down
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY deals_owner_id_idx ON deals (owner_id);
