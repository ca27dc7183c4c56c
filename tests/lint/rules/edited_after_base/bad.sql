-- base: sql/tenant/0002_migration.up.sql
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
