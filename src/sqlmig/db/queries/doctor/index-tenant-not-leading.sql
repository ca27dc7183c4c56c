-- check: index-tenant-not-leading
-- severity: warning
-- applies: rows
-- title: An index of a table that tenants share does not begin with the tenant column.
-- reason: A query of one tenant cannot go straight to its rows: it reads the entries of all tenants that match, and
--   drops the others one by one.
-- decide: Build one that begins with the tenant column, then drop this one; or keep it for queries across tenants.
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
SELECT t.schema, t.name AS object, 'warning' AS severity,
    pg_catalog.format(
        '%I: %s does not begin with %I', i.relname,
        pg_catalog.substring(pg_catalog.pg_get_indexdef(i.oid), 'USING .*'), :'tenant_column'
    ) AS detail,
    NULL AS fix
FROM tenant_table AS t
JOIN pg_catalog.pg_index AS x ON x.indrelid = t.oid AND x.indkey[0] <> t.tenant_attnum
JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid AND NOT i.relispartition
JOIN pg_catalog.pg_am AS m ON m.oid = i.relam AND m.amname = 'btree'
WHERE t.mixed AND t.tenant_attnum IS NOT NULL
    AND NOT (t.schema || '.' || t.name) LIKE ANY (:'small_tables'::text[])
    -- Without the column at all, what is unique is the business of pk-unique-without-tenant.
    AND NOT (x.indisunique AND t.tenant_attnum <> ALL ((x.indkey::int2[])[0:x.indnkeyatts - 1]))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS c WHERE c.conindid = i.oid AND c.conrelid = t.oid)
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_constraint AS c
        WHERE c.conrelid = t.oid AND c.contype = 'f'
            AND (x.indkey::int2[])[0:pg_catalog.cardinality(c.conkey) - 1] = c.conkey
    )
    -- Its WHERE picks a tenant.
    AND NOT (x.indpred IS NOT NULL AND t.tenant_attnum <> ALL (x.indkey) AND EXISTS (
        SELECT FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.oid
            AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = t.oid
            AND d.refobjsubid = t.tenant_attnum
    ))
    -- Each partition holds the rows of listed tenants.
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_partitioned_table AS p
        WHERE p.partrelid = t.oid AND p.partstrat = 'l' AND p.partattrs[0] = t.tenant_attnum
    );
