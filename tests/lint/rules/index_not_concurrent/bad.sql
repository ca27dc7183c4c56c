-- case: a table that is in use
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
