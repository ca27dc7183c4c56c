-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint REFERENCES owners (id));
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- migration
ALTER TABLE deals DROP CONSTRAINT deals_owner_id_fkey;
-- down
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners (id) NOT VALID;
