-- check: fk-without-tenant
-- severity: error
-- applies: rows
-- title: A foreign key can lead from one tenant to another.
-- reason: PostgreSQL looks the other row up without row level security: a tenant can refer to a row of another
--   tenant, learns whether it exists, and with ON DELETE CASCADE loses its own row when that one goes.
-- decide: Rows that refer to another tenant now must be put right first; then a key with the tenant column on both
--   sides takes the place of this one.
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
    pg_catalog.format(
        '%I: %s does not compare %I', c.conname, pg_catalog.replace(
            pg_catalog.pg_get_constraintdef(c.oid), pg_catalog.format('%I.', t.schema), ''
        ), :'tenant_column'
    ) AS detail,
    NULL AS fix
FROM tenant_table AS t
JOIN pg_catalog.pg_constraint AS c ON c.conrelid = t.oid AND c.contype = 'f' AND c.conparentid = 0
JOIN tenant_table AS other ON other.oid = c.confrelid AND other.mixed AND other.tenant_attnum IS NOT NULL
WHERE (t.tenant_attnum IS NOT NULL OR NOT t.mixed)
    AND NOT EXISTS (
        SELECT FROM unnest(c.conkey, c.confkey) AS pair (here, there)
        WHERE pair.here = t.tenant_attnum AND pair.there = other.tenant_attnum
    );
