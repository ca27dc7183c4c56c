-- case: a table that all share
-- platform
CREATE TABLE currencies (code text PRIMARY KEY, name text);
CREATE INDEX currencies_name ON currencies (name);
-- migration
ALTER TABLE platform.currencies ADD COLUMN symbol text;
CREATE INDEX CONCURRENTLY ON platform.currencies (name);
DROP INDEX platform.currencies_name;
CREATE POLICY p ON platform.currencies USING (true);

-- case: something new in a shared schema
-- config: search_path: [extensions]
CREATE TABLE platform.notes (id bigint PRIMARY KEY);
CREATE OR REPLACE FUNCTION extensions.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
DROP VIEW platform.codes;

-- case: declared
-- platform
CREATE TABLE currencies (code text PRIMARY KEY);
-- migration
-- sqlmig: touches platform.currencies
ALTER TABLE platform.currencies ADD COLUMN IF NOT EXISTS symbol text;
