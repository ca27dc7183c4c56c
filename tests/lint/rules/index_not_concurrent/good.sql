-- case: built while the table stays in use
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY deals_owner_id_idx ON deals (owner_id);

-- case: a table that the same migration makes
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
