-- case: one foreign key
-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- migration
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners (id) ON DELETE CASCADE;

-- case: a partitioned table
-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint, owner_id bigint, year int) PARTITION BY LIST (year);
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- migration
ALTER TABLE deals ADD FOREIGN KEY (owner_id) REFERENCES owners (id);

-- case: among other changes
-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
-- migration
ALTER TABLE deals ADD FOREIGN KEY (owner_id) REFERENCES owners ON DELETE SET NULL DEFERRABLE, ADD COLUMN note text;
