-- case: a column that the up file adds
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN owner_id bigint;
-- down
ALTER TABLE deals DROP COLUMN owner_id;

-- case: a table of the same migration
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
ALTER TABLE deals DROP COLUMN owner_id;

-- case: one that is not there
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals DROP COLUMN IF EXISTS owner_id;

-- case: no code uses it, and nobody needs its values
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
-- sqlmig: phase contract
-- sqlmig: irreversible the owners live in another system since March
ALTER TABLE deals DROP COLUMN owner_id;
