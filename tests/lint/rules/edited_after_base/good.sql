-- case: another layout and other comments
-- base: sql/tenant/0002_migration.up.sql
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
-- The deals of the tenant.
CREATE TABLE deals (
    id bigint PRIMARY KEY
);

-- case: a new file
-- base: sql/tenant/0002_migration.up.sql
-- migration
CREATE TABLE deals (id bigint PRIMARY KEY);

-- case: another down file
-- base: sql/tenant/0002_migration.down.sql
DROP TABLE IF EXISTS deals;
-- migration
CREATE TABLE deals (id bigint PRIMARY KEY);
-- down
DROP TABLE deals;
