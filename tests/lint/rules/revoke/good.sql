-- case: of what the same migration makes
CREATE FUNCTION one() RETURNS integer LANGUAGE sql IMMUTABLE SET search_path = '' AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION one() FROM PUBLIC;

-- case: of all that there is, which the same migration makes
CREATE FUNCTION one() RETURNS integer LANGUAGE sql IMMUTABLE SET search_path = '' AS 'SELECT 1';
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA {{ schema | ident }} FROM PUBLIC;

-- case: a down file takes back what its up file granted
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
GRANT SELECT ON deals TO app;
-- down
REVOKE SELECT ON deals FROM app;

-- case: what they keep is granted again
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
REVOKE ALL ON deals FROM app;
GRANT SELECT, INSERT ON deals TO app;

-- case: what is still to be made
-- file: sql/platform/0001_platform.up.sql
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
