-- check: rls-not-forced
-- severity: error
-- title: Row level security is on, and does not bind the table's owner.
-- reason: The owner reads and writes all rows, whatever the policies say. Often it is the role that migrates, and
--   functions that run with their owner's rights do as it may. On tables without the tenant column it is a warning.
SELECT n.nspname AS schema, t.relname AS object,
    CASE
        WHEN (n.nspname || '.' || t.relname) = ANY (:'tenant_lists'::text[]) THEN 'warning'
        WHEN a.attnum IS NOT NULL OR :'tenancy' = 'shared' THEN 'error'
        WHEN :'tenancy' = 'both' AND n.nspname = ANY (:'tenant_schemas'::name[]) THEN 'error'
        ELSE 'warning'
    END AS severity,
    'row level security is not forced' AS detail,
    pg_catalog.format('ALTER TABLE %I.%I FORCE ROW LEVEL SECURITY;', n.nspname, t.relname) AS fix
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS t ON t.relnamespace = n.oid AND t.relkind IN ('r', 'p') AND t.relpersistence <> 't'
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attname = :'tenant_column' AND NOT a.attisdropped
WHERE n.nspname = ANY (:'schemas'::name[])
    AND t.relrowsecurity AND NOT t.relforcerowsecurity
    AND NOT (n.nspname || '.' || t.relname) LIKE ANY (:'exempt_tables'::text[]);
