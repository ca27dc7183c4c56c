-- case: a table
-- platform
CREATE SCHEMA sales;
CREATE TABLE platform.deals (id bigint PRIMARY KEY);
-- file: sql/platform/0002_move.up.sql
ALTER TABLE platform.deals SET SCHEMA sales;

-- case: a function, an extension, a sequence
-- platform
CREATE SCHEMA extensions;
CREATE FUNCTION platform.one() RETURNS int LANGUAGE sql IMMUTABLE SET search_path = '' AS 'SELECT 1';
CREATE EXTENSION hstore SCHEMA platform;
CREATE SEQUENCE platform.numbers;
-- file: sql/platform/0002_move.up.sql
ALTER FUNCTION platform.one() SET SCHEMA extensions;
ALTER EXTENSION hstore SET SCHEMA extensions;
ALTER SEQUENCE platform.numbers SET SCHEMA extensions;

-- case: no code looks there any more
-- platform
CREATE SCHEMA sales;
CREATE TABLE platform.deals (id bigint PRIMARY KEY);
-- file: sql/platform/0002_move.up.sql
-- sqlmig: phase contract
ALTER TABLE platform.deals SET SCHEMA sales;
