-- case: jsonb
CREATE TABLE deals (id bigint PRIMARY KEY, payload jsonb NOT NULL);

-- case: a temporary table
CREATE TEMPORARY TABLE loaded (line json) ON COMMIT DROP;

-- case: a type of that name of one's own
-- earlier
CREATE SCHEMA app;
CREATE TYPE app.json AS (body text);
-- migration
CREATE TABLE deals (id bigint PRIMARY KEY, payload app.json);

-- case: a way back
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
CREATE TABLE notes (id bigint PRIMARY KEY, payload jsonb);
-- down
DROP TABLE notes;
