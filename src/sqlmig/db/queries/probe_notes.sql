-- What stands beside tables: sequences of tenants, large objects, and rights that know no tenant.
SELECT (SELECT count(*)
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'S' AND n.nspname = ANY(%(schemas)s::text[])
          AND pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE')
          AND CASE WHEN c.relkind = 'S' THEN pg_catalog.has_sequence_privilege(r.oid, c.oid, 'USAGE, SELECT, UPDATE') END),
       (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata),
       ARRAY(SELECT p.rolname::text
             FROM pg_catalog.pg_roles p
             WHERE p.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files',
                                 'pg_write_server_files', 'pg_execute_server_program')
               AND NOT r.rolsuper AND pg_catalog.pg_has_role(r.oid, p.oid, 'USAGE')
             ORDER BY p.rolname)
FROM pg_catalog.pg_roles r
WHERE r.rolname = %(role)s
