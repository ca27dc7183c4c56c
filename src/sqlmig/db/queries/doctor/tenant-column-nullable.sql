-- check: tenant-column-nullable
-- severity: error
-- applies: rows
-- title: The tenant column may be NULL.
-- reason: A row without a tenant is nobody's: policies hide it from everyone, unique and foreign keys over the column
--   do not check it.
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
    pg_catalog.format('%I may be NULL', :'tenant_column') AS detail,
    pg_catalog.format(
        E'-- Reads every row while nobody else can use the table. It fails where the column is NULL: fill it first.\n'
        'ALTER TABLE %I.%I ALTER COLUMN %I SET NOT NULL;', t.schema, t.name, :'tenant_column'
    ) AS fix
FROM tenant_table AS t
WHERE NOT t.tenant_not_null AND NOT t.relispartition
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_constraint AS c
        WHERE c.conrelid = t.oid AND c.contype = 'c' AND c.convalidated AND c.conkey = ARRAY[t.tenant_attnum]
            AND pg_catalog.pg_get_constraintdef(c.oid) = pg_catalog.format('CHECK ((%I IS NOT NULL))', :'tenant_column')
    );
