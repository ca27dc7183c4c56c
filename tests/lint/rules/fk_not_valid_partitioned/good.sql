-- config: postgres: 18
-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint, owner_id bigint, year int, PRIMARY KEY (id, year)) PARTITION BY LIST (year);
CREATE TABLE deals_2025 PARTITION OF deals FOR VALUES IN (2025);
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- migration
-- sqlmig: phase contract
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners (id) NOT VALID;
-- down
ALTER TABLE deals DROP CONSTRAINT deals_owner_id_fkey;
