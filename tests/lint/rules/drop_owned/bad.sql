-- file: sql/platform/0001_platform.up.sql
DROP OWNED BY old_app, "Reporting" CASCADE;
