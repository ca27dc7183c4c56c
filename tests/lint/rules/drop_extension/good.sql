-- case: a down file takes back what its up file made
-- platform
CREATE EXTENSION hstore;
-- file: sql/platform/0001_platform.down.sql
DROP EXTENSION hstore;
