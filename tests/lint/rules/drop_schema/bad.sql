-- case: with all that is in it
-- platform
CREATE SCHEMA reports;
CREATE TABLE reports.monthly (id bigint PRIMARY KEY);
CREATE TABLE reports.yearly (id bigint PRIMARY KEY);
-- file: sql/platform/0002_drop_reports.up.sql
DROP SCHEMA reports CASCADE;

-- case: one that is not empty
-- platform
CREATE SCHEMA reports;
CREATE TABLE reports.monthly (id bigint PRIMARY KEY);
-- file: sql/platform/0002_drop_reports.up.sql
DROP SCHEMA IF EXISTS reports RESTRICT;

-- case: no code uses it any more
-- platform
CREATE SCHEMA reports;
-- file: sql/platform/0002_drop_reports.up.sql
-- sqlmig: phase contract
DROP SCHEMA reports;

-- case: no code uses it any more, but something else may
-- platform
CREATE SCHEMA reports;
CREATE TABLE reports.monthly (id bigint PRIMARY KEY);
-- file: sql/platform/0002_drop_reports.up.sql
-- sqlmig: phase contract
DROP SCHEMA reports CASCADE;

-- case: the tenant's own
DROP SCHEMA tenant_acme CASCADE;
