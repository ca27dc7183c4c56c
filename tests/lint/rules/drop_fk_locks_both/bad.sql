-- case: a constraint, among other changes
-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint REFERENCES owners (id));
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- migration
ALTER TABLE deals ADD COLUMN owner_name text;
ALTER TABLE deals DROP CONSTRAINT deals_owner_id_fkey;

-- case: a table that refers to one of all tenants
-- platform
CREATE TABLE platform.owners (id bigint PRIMARY KEY);
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint REFERENCES platform.owners (id));
CREATE TABLE notes (id bigint PRIMARY KEY);
-- migration
ALTER TABLE notes ADD COLUMN body text;
DROP TABLE deals;
