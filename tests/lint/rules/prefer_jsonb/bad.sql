-- case: in a new table
CREATE TABLE deals (id bigint PRIMARY KEY, payload json NOT NULL, history json[]);

-- case: a column of a table that was there
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN "rawPayload" pg_catalog.json;

-- case: in a DO block
DO $$ BEGIN CREATE TABLE deals (id bigint PRIMARY KEY, payload json); END $$;
