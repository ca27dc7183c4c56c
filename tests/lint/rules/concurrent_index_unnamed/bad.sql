-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY ON deals (owner_id);
