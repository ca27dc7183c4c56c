-- case: another size
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, amount int);
-- migration
ALTER TABLE deals ALTER COLUMN amount TYPE bigint;

-- case: a column that no migration made
-- migration
ALTER TABLE legacy_deals ALTER COLUMN amount TYPE numeric(14, 2);

-- case: an index that has to be sorted again
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, name text);
CREATE INDEX deals_name_idx ON deals (name);
-- migration
ALTER TABLE deals ALTER COLUMN name TYPE text COLLATE "C";
