-- check: rls-missing
-- severity: error
-- applies: rows
-- title: A table holds rows of tenants, and row level security is off.
-- reason: Whoever may read the table reads the rows of all tenants; no policy that it may have counts.
-- decide: The table has no tenant column that a policy could compare: give it one first (tenant-column-missing), or
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
SELECT t.schema, t.name AS object, 'error' AS severity, 'row level security is off' AS detail,
    CASE WHEN t.tenant_attnum IS NOT NULL THEN
        pg_catalog.format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;', t.schema, t.name)
        || CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = t.oid) THEN '' ELSE
            pg_catalog.format(
                E'\nCREATE POLICY tenant_isolation ON %I.%I%s\n    USING (%s)\n    WITH CHECK (%4$s);',
                t.schema, t.name, (
                    SELECT ' TO ' || pg_catalog.string_agg(pg_catalog.quote_ident(role), ', ')
                    FROM pg_catalog.unnest(:'app_roles'::text[]) AS role
                ),
                pg_catalog.format(
                    '%I = (SELECT nullif(current_setting(%L, true), '''')::%s)',
                    :'tenant_column', :'tenant_setting', coalesce(nullif(:'tenant_type', ''), t.tenant_type)
                )
            ) END
    END AS fix
FROM tenant_table AS t
WHERE NOT t.secured;
