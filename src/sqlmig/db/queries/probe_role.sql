-- A role, and which schemas it may use.
SELECT r.rolsuper, r.rolbypassrls,
       ARRAY(SELECT n.nspname::text FROM pg_catalog.pg_namespace n
             WHERE n.nspname = ANY(%(schemas)s::text[])
               AND pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE'))
FROM pg_catalog.pg_roles r
WHERE r.rolname = %(role)s
