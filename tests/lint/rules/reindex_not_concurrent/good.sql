-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- migration
-- sqlmig: transaction off
-- sqlmig: irreversible an index that was rebuilt is the same
REINDEX INDEX CONCURRENTLY deals_owner_id_idx;
