-- file: sql/platform/0001_platform.up.sql
-- sqlmig: transaction off
DROP DATABASE IF EXISTS reports WITH (FORCE);
