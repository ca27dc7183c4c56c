-- case: only privileges are left
-- file: sql/platform/0001_platform.up.sql
REASSIGN OWNED BY old_app TO app;
DROP OWNED BY old_app;
