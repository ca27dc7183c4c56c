-- case: with their schema
-- platform
CREATE TABLE platform.plans (id bigint PRIMARY KEY);
-- file: sql/platform/0002_migration.up.sql
ALTER TABLE platform.plans ADD COLUMN note text;

-- case: a tenant track
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN note text;
