-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
-- sqlmig: transaction off
DROP INDEX CONCURRENTLY IF EXISTS deals_owner_id_idx;
CREATE INDEX CONCURRENTLY deals_owner_id_idx ON deals (owner_id);
-- down
-- sqlmig: transaction off
DROP INDEX CONCURRENTLY deals_owner_id_idx;
