-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
-- sqlmig: allow index-not-concurent: 40 rows, ever
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
