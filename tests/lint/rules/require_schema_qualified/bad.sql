-- case: tables of the track's own
-- platform
CREATE TABLE plans (id bigint PRIMARY KEY);
-- file: sql/platform/0002_migration.up.sql
ALTER TABLE plans ADD COLUMN note text;
CREATE VIEW codes AS SELECT id FROM plans;
