-- check: tenant-column-missing
-- severity: error
-- applies: rows
-- title: A table of tenants' rows does not have the tenant column.
-- reason: Nothing says whose a row is: no policy can keep the rows of one tenant from the others.
-- decide: Whose the rows are that are there; then add the column in a migration. If the table holds no tenant's rows,
--   list it in lint.exempt_tables.
WITH tenant_table AS (
    SELECT t.oid, n.nspname AS schema, t.relname AS name, t.relkind, t.relispartition,
           t.relrowsecurity AS secured, t.relforcerowsecurity AS forced,
           a.attnum AS tenant_attnum, a.attnotnull AS tenant_not_null,
           pg_catalog.format_type(a.atttypid, a.atttypmod) AS tenant_type,
           -- Not so where each tenant has tables of its own: a key there lets nobody meet another tenant's rows.
           NOT (:'tenancy' = 'both' AND n.nspname = ANY (:'tenant_schemas'::name[])) AS mixed
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_class AS t ON t.relnamespace = n.oid AND t.relkind IN ('r', 'p') AND t.relpersistence <> 't'
    LEFT JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = t.oid AND a.attname = :'tenant_column' AND NOT a.attisdropped
    WHERE n.nspname = ANY (:'schemas'::name[])
        AND (a.attnum IS NOT NULL OR :'tenancy' = 'shared' OR n.nspname = ANY (:'tenant_schemas'::name[]))
        AND NOT (n.nspname || '.' || t.relname) LIKE ANY (:'exempt_tables'::text[])
        AND NOT (n.nspname || '.' || t.relname) = ANY (:'tenant_lists'::text[])
        -- Not tables of an extension.
        AND t.oid NOT IN (
            SELECT objid FROM pg_catalog.pg_depend
            WHERE refclassid = 'pg_catalog.pg_extension'::regclass AND deptype = 'e'
                AND classid = 'pg_catalog.pg_class'::regclass
        )
)
SELECT t.schema, t.name AS object, 'error' AS severity,
    pg_catalog.format('has no column %I', :'tenant_column') AS detail, NULL AS fix
FROM tenant_table AS t
WHERE t.tenant_attnum IS NULL AND NOT t.relispartition;
