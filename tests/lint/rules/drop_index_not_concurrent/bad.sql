-- case: one index
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- migration
DROP INDEX deals_owner_id_idx;

-- case: two indexes in one statement, one of a table that nobody made
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- migration
DROP INDEX IF EXISTS deals_owner_id_idx, legacy_idx;
