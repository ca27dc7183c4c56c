-- case: known in the track's schema, or written with its own
-- platform
CREATE SCHEMA core;
CREATE TABLE core.currencies (code text PRIMARY KEY);
CREATE TABLE plans (id bigint PRIMARY KEY);
CREATE TABLE terms (plan_id bigint PRIMARY KEY REFERENCES plans);
CREATE VIEW codes AS WITH c AS (SELECT code FROM core.currencies) SELECT c.code FROM c, plans, pg_class;

-- case: it may be missing
-- platform
ALTER TABLE IF EXISTS old_plans ADD COLUMN note text;
