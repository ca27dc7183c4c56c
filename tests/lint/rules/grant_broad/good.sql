-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE FUNCTION one() RETURNS integer LANGUAGE sql IMMUTABLE SET search_path = '' AS 'SELECT 1';
-- migration
GRANT SELECT, INSERT ON deals TO app;
GRANT ALL ON FUNCTION one() TO app;
