DROP VIEW tenant_storage;
REVOKE USAGE ON SCHEMA {{ schema | ident }} FROM pg_monitor;
