-- case: a column that is in use
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
ALTER TABLE deals DROP COLUMN owner_id;

-- case: no code uses it any more
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
-- sqlmig: phase contract
ALTER TABLE deals DROP COLUMN owner_id;

-- case: the word left out, the name in quotes, two at once
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, "ownerId" bigint, note text);
-- migration
ALTER TABLE IF EXISTS deals DROP "ownerId", DROP COLUMN IF EXISTS note;

-- case: a table that no migration makes
ALTER TABLE deals DROP COLUMN owner_id;

-- case: a computed column
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric, gross numeric GENERATED ALWAYS AS (net * 1.2) STORED);
-- migration
ALTER TABLE deals DROP COLUMN gross;

-- case: made anew
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
ALTER TABLE deals DROP COLUMN owner_id;
ALTER TABLE deals ADD COLUMN owner_id uuid;

-- case: a down file drops a column that was there before
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
ALTER TABLE deals ADD COLUMN IF NOT EXISTS owner_id bigint;
-- down
ALTER TABLE deals DROP COLUMN owner_id;
