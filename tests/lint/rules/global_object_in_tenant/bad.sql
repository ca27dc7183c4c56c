-- case: roles
CREATE ROLE deal_reader;
ALTER ROLE deal_reader LOGIN;
DROP ROLE IF EXISTS deal_writer;

-- case: extensions
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE EXTENSION citext;
DROP EXTENSION hstore;

-- case: publications, servers, casts, event triggers
CREATE PUBLICATION changes FOR ALL TABLES;
ALTER PUBLICATION changes SET (publish = 'insert');
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE CAST (text AS integer) WITH INOUT;
CREATE EVENT TRIGGER guard ON ddl_command_end EXECUTE FUNCTION guard();
