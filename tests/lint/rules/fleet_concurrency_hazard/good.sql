-- case: one tenant at a time
-- config: apply: {workers: 1}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY deals_stage ON deals (stage);

-- case: a shared track
-- platform
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- file: sql/platform/0002_migration.up.sql
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY deals_stage ON deals (stage);
