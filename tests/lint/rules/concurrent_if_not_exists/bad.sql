-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY IF NOT EXISTS deals_owner_id_idx ON deals (owner_id);
