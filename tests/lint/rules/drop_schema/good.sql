-- case: made by the up file
-- platform
CREATE SCHEMA reports;
-- file: sql/platform/0001_platform.down.sql
DROP SCHEMA reports;
