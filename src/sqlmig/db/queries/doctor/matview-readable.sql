-- check: matview-readable
-- severity: error
-- title: The application reads a materialized view of tables with row level security.
-- reason: It holds what its owner saw when it was filled, perhaps of all tenants, and it cannot have policies. In a
--   tenant's own schema, over tables of that schema alone, it is a warning: they hold one tenant's rows.
-- decide: Take SELECT from the application's roles, and let a view over it compare the tenant (WITH
--   (security_barrier)); or make it a table with row level security.
WITH RECURSIVE reads AS (
    SELECT DISTINCT v.oid AS view, d.refobjid AS relation
    FROM pg_catalog.pg_class AS v
    JOIN pg_catalog.pg_rewrite AS r ON r.ev_class = v.oid
    JOIN pg_catalog.pg_depend AS d
        ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
        AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> v.oid AND d.deptype = 'n'
    WHERE v.relkind IN ('v', 'm') AND v.relnamespace <> 'pg_catalog'::regnamespace
),
behind AS (
    SELECT v.oid AS view, reads.relation
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_class AS v ON v.relnamespace = n.oid AND v.relkind = 'm'
    JOIN reads ON reads.view = v.oid
    WHERE n.nspname = ANY (:'schemas'::name[])
    UNION
    SELECT behind.view, reads.relation FROM behind JOIN reads ON reads.view = behind.relation
),
protected AS (
    SELECT behind.view,
        pg_catalog.bool_and(t.relnamespace = v.relnamespace AND n.nspname = ANY (:'tenant_schemas'::name[])) AS own,
        pg_catalog.string_agg(
            CASE WHEN t.relnamespace = v.relnamespace THEN pg_catalog.quote_ident(t.relname)
                ELSE pg_catalog.format('%I.%I', n.nspname, t.relname) END, ', ' ORDER BY t.relname
        ) AS tables
    FROM behind
    JOIN pg_catalog.pg_class AS v ON v.oid = behind.view
    JOIN pg_catalog.pg_class AS t ON t.oid = behind.relation AND t.relkind IN ('r', 'p') AND t.relrowsecurity
    JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
    WHERE NOT (n.nspname || '.' || t.relname) LIKE ANY (:'exempt_tables'::text[])
    GROUP BY behind.view
),
reader AS (
    SELECT protected.view, 'PUBLIC' AS name
    FROM protected
    JOIN pg_catalog.pg_class AS v ON v.oid = protected.view
    CROSS JOIN LATERAL pg_catalog.aclexplode(v.relacl) AS g
    WHERE g.grantee = 0 AND g.privilege_type = 'SELECT'
    UNION ALL
    SELECT protected.view, pg_catalog.quote_ident(app.rolname)
    FROM protected
    JOIN pg_catalog.pg_roles AS app ON app.rolname = ANY (:'app_roles'::name[]) AND NOT app.rolsuper
    WHERE pg_catalog.has_any_column_privilege(app.oid, protected.view, 'SELECT')
)
SELECT n.nspname AS schema, v.relname AS object,
    CASE WHEN protected.own AND :'tenancy' <> 'shared' THEN 'warning' ELSE 'error' END AS severity,
    pg_catalog.format(
        '%s may read it, and no policy of %s counts there',
        (SELECT pg_catalog.string_agg(r.name, ', ' ORDER BY r.name) FROM reader AS r WHERE r.view = v.oid),
        protected.tables
    ) AS detail,
    NULL AS fix
FROM protected
JOIN pg_catalog.pg_class AS v ON v.oid = protected.view
JOIN pg_catalog.pg_namespace AS n ON n.oid = v.relnamespace
WHERE EXISTS (SELECT FROM reader AS r WHERE r.view = v.oid)
    AND NOT (n.nspname || '.' || v.relname) LIKE ANY (:'exempt_tables'::text[]);
