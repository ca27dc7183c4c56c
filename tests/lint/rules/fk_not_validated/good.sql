-- case: added first
-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- migration
-- sqlmig: phase contract
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners (id) NOT VALID;
-- down
ALTER TABLE deals DROP CONSTRAINT deals_owner_id_fkey;

-- case: a new table
-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
-- migration
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint NOT NULL REFERENCES owners (id));
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
