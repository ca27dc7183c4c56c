-- case: on tables, columns and schemas
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, title text);
-- migration
REVOKE INSERT, UPDATE (title) ON deals FROM app, "Reporting";
REVOKE ALL ON SCHEMA platform FROM PUBLIC;
REVOKE SELECT ON ALL TABLES IN SCHEMA platform FROM app;
REVOKE GRANT OPTION FOR SELECT ON deals FROM app;

-- case: a role
-- file: sql/platform/0001_platform.up.sql
REVOKE writers FROM app;

-- case: no code needs it any more
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
-- sqlmig: phase contract
REVOKE INSERT ON deals FROM app;
