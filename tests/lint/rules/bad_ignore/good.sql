-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
-- sqlmig: allow index-not-concurrent: 40 rows, ever
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- down
-- sqlmig: allow drop-index-not-concurrent: 40 rows, ever
DROP INDEX deals_owner_id_idx;
