-- case: known in another schema
-- platform
CREATE SCHEMA core;
CREATE TABLE core.currencies (code text PRIMARY KEY);
-- file: sql/platform/0002_migration.up.sql
CREATE VIEW codes AS SELECT code FROM currencies;

-- case: known nowhere
-- platform
ALTER TABLE subscriptions ADD COLUMN note text;
