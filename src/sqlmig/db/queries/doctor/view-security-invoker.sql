-- check: view-security-invoker
-- severity: error
-- title: A view reads tables with row level security as its owner.
-- reason: The policies that count are those for the view's owner, not those for whoever asks: an owner that row level
--   security does not bind shows all tenants' rows to everybody. It is a warning where it is forced on all tables and binds the owner, and
--   where the view reads the tenant's setting itself.
-- decide: PostgreSQL has security_invoker from 15 on. Until then the view must belong to a role that row level
--   security binds, or compare the tenant itself.
WITH RECURSIVE reads AS (
    SELECT DISTINCT v.oid AS view, d.refobjid AS relation
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_class AS v ON v.relnamespace = n.oid AND v.relkind = 'v'
    JOIN pg_catalog.pg_rewrite AS r ON r.ev_class = v.oid
    JOIN pg_catalog.pg_depend AS d
        ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
        AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> v.oid AND d.deptype = 'n'
    WHERE n.nspname = ANY (:'schemas'::name[])
),
behind AS (
    SELECT view, relation FROM reads
    UNION
    SELECT behind.view, reads.relation FROM behind JOIN reads ON reads.view = behind.relation
),
protected AS (
    SELECT behind.view, pg_catalog.bool_and(t.relforcerowsecurity AND t.relrowsecurity) AS forced,
        pg_catalog.string_agg(
            CASE WHEN t.relnamespace = v.relnamespace THEN pg_catalog.quote_ident(t.relname)
                ELSE pg_catalog.format('%I.%I', n.nspname, t.relname) END, ', ' ORDER BY t.relname
        ) AS tables
    FROM behind
    JOIN pg_catalog.pg_class AS v ON v.oid = behind.view
    JOIN pg_catalog.pg_class AS t ON t.oid = behind.relation AND t.relkind IN ('r', 'p')
    JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
    LEFT JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = t.oid AND a.attname = :'tenant_column' AND NOT a.attisdropped
    WHERE NOT (n.nspname || '.' || t.relname) LIKE ANY (:'exempt_tables'::text[])
        AND (t.relrowsecurity OR (
            :'tenancy' <> 'schema' AND (n.nspname || '.' || t.relname) <> ALL (:'tenant_lists'::text[])
            AND n.nspname = ANY (:'schemas'::name[] || :'tenant_schemas'::name[])
            AND (a.attnum IS NOT NULL OR :'tenancy' = 'shared' OR n.nspname = ANY (:'tenant_schemas'::name[]))
        ))
    GROUP BY behind.view
)
SELECT n.nspname AS schema, v.relname AS object,
    CASE
        WHEN pg_catalog.strpos(pg_catalog.pg_get_viewdef(v.oid), :'tenant_setting') > 0 THEN 'warning'
        WHEN owner.rolsuper OR owner.rolbypassrls THEN 'error'
        WHEN protected.forced OR pg_catalog.current_setting('server_version_num')::integer < 150000 THEN 'warning'
        ELSE 'error'
    END AS severity,
    pg_catalog.format('reads %s as its owner', protected.tables)
        || CASE WHEN owner.rolsuper OR owner.rolbypassrls
            THEN pg_catalog.format(', %I, whom no policy binds', owner.rolname) ELSE '' END
        || CASE WHEN pg_catalog.current_setting('server_version_num')::integer < 150000
            THEN '; this server does not have security_invoker' ELSE '' END AS detail,
    CASE WHEN pg_catalog.current_setting('server_version_num')::integer >= 150000
        THEN pg_catalog.format('ALTER VIEW %I.%I SET (security_invoker = true);', n.nspname, v.relname) END AS fix
FROM protected
JOIN pg_catalog.pg_class AS v ON v.oid = protected.view
JOIN pg_catalog.pg_namespace AS n ON n.oid = v.relnamespace
JOIN pg_catalog.pg_roles AS owner ON owner.oid = v.relowner
WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_options_to_table(v.reloptions) AS o
    WHERE o.option_name = 'security_invoker' AND o.option_value::boolean
);
