-- check: rls-no-policy
-- severity: warning
-- title: Row level security is on, and no policy lets a row pass.
-- reason: Whoever row level security binds finds no row in the table and can insert none. Restrictive policies allow
--   nothing by themselves.
-- decide: The table has no tenant column: say in a policy which rows which role may see, or switch row level security
--   off.
SELECT n.nspname AS schema, t.relname AS object, 'warning' AS severity,
    CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = t.oid)
        THEN 'row level security is on, and none of the policies allows anything'
        ELSE 'row level security is on, and there is no policy'
    END AS detail,
    CASE WHEN a.attnum IS NOT NULL AND (n.nspname || '.' || t.relname) <> ALL (:'tenant_lists'::text[]) THEN
        pg_catalog.format(
            E'CREATE POLICY %I ON %I.%I%s\n    USING (%s)\n    WITH CHECK (%5$s);',
            -- A restrictive one may be called so.
            CASE WHEN EXISTS (
                SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = t.oid AND p.polname = 'tenant_isolation'
            ) THEN 'tenant_rows' ELSE 'tenant_isolation' END, n.nspname, t.relname, (
                SELECT ' TO ' || pg_catalog.string_agg(pg_catalog.quote_ident(role), ', ')
                FROM pg_catalog.unnest(:'app_roles'::text[]) AS role
            ),
            pg_catalog.format(
                '%I = (SELECT nullif(current_setting(%L, true), '''')::%s)',
                :'tenant_column', :'tenant_setting',
                coalesce(nullif(:'tenant_type', ''), pg_catalog.format_type(a.atttypid, a.atttypmod))
            )
        )
    END AS fix
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS t ON t.relnamespace = n.oid AND t.relkind IN ('r', 'p') AND t.relpersistence <> 't'
LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attname = :'tenant_column' AND NOT a.attisdropped
WHERE n.nspname = ANY (:'schemas'::name[])
    AND t.relrowsecurity AND NOT t.relispartition
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_policy AS p
        WHERE p.polrelid = t.oid AND p.polpermissive AND (p.polqual IS NOT NULL OR p.polwithcheck IS NOT NULL)
    );
