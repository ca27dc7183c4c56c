-- check: secdef-bypasses-rls
-- severity: error
-- title: The application can call a function that runs as a role whom no policy binds.
-- reason: A SECURITY DEFINER function of a superuser, or of a role with BYPASSRLS, finds and changes the rows of all
--   tenants for whoever calls it. One whose text names the tenant's setting, or a function that tells the tenant, is
--   left out: whether it compares them well, doctor --probe tries. A body that is kept as text is a warning, for the
--   catalog says only of BEGIN ATOMIC what it reads; and so is one that calls other functions.
-- decide: Whether it can be SECURITY INVOKER, or belong to a role that row level security binds; otherwise it has to
--   compare the tenant itself.
WITH RECURSIVE caller AS (
    SELECT oid, pg_catalog.quote_ident(rolname) AS name
    FROM pg_catalog.pg_roles
    -- Whom no policy binds needs no function for it.
    WHERE rolname = ANY (:'app_roles'::name[]) AND NOT rolsuper AND NOT rolbypassrls
),
function_ AS (
    SELECT p.oid, n.nspname AS schema, owner.rolname AS owner,
        p.prosqlbody IS NOT NULL AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend AS d
            WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
                AND d.refclassid = 'pg_catalog.pg_proc'::regclass
        ) AS is_known,
        pg_catalog.format('%I(%s)', p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) AS object,
        CASE WHEN p.prosqlbody IS NULL THEN p.prosrc ELSE pg_catalog.pg_get_function_sqlbody(p.oid) END AS body,
        CASE WHEN EXISTS (
            SELECT FROM pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) AS g
            WHERE g.grantee = 0 AND g.privilege_type = 'EXECUTE'
        ) THEN 'every role' ELSE (
            SELECT pg_catalog.string_agg(caller.name, ' and ' ORDER BY caller.name)
            FROM caller
            WHERE pg_catalog.has_function_privilege(caller.oid, p.oid, 'EXECUTE')
        ) END AS callers
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_proc AS p ON p.pronamespace = n.oid AND p.prosecdef
    JOIN pg_catalog.pg_roles AS owner ON owner.oid = p.proowner AND (owner.rolsuper OR owner.rolbypassrls)
    JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang AND l.lanname NOT IN ('c', 'internal')
    WHERE n.nspname = ANY (:'schemas'::name[])
        AND p.prorettype NOT IN ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend AS d
            WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        )
),
open AS (
    SELECT *
    FROM function_
    WHERE callers IS NOT NULL AND pg_catalog.strpos(body, :'tenant_setting') = 0
        AND NOT EXISTS (
            SELECT FROM pg_catalog.unnest(:'tenant_functions'::text[]) AS teller
            WHERE pg_catalog.strpos(body, pg_catalog.regexp_replace(teller, '^.*\.', '')) > 0
        )
),
reads AS (
    SELECT open.oid, d.refobjid AS relation
    FROM open
    JOIN pg_catalog.pg_depend AS d
        ON d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = open.oid
        AND d.refclassid = 'pg_catalog.pg_class'::regclass
    UNION
    -- What stands behind a view.
    SELECT reads.oid, d.refobjid
    FROM reads
    JOIN pg_catalog.pg_rewrite AS r ON r.ev_class = reads.relation
    JOIN pg_catalog.pg_depend AS d
        ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid
        AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid <> reads.relation AND d.deptype = 'n'
),
protected AS (
    SELECT open.oid, pg_catalog.string_agg(
        CASE WHEN n.nspname = open.schema THEN pg_catalog.quote_ident(t.relname)
            ELSE pg_catalog.format('%I.%I', n.nspname, t.relname) END, ', ' ORDER BY t.relname
    ) AS tables
    FROM open
    JOIN reads ON reads.oid = open.oid
    JOIN pg_catalog.pg_class AS t ON t.oid = reads.relation AND t.relkind IN ('r', 'p') AND t.relrowsecurity
    JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
    WHERE NOT (n.nspname || '.' || t.relname) LIKE ANY (:'exempt_tables'::text[])
    GROUP BY open.oid
)
SELECT schema, object, CASE WHEN tables IS NOT NULL THEN 'error' ELSE 'warning' END AS severity,
    pg_catalog.format('%s can call it, and it %s as %I, whom no policy binds', callers,
        coalesce('reads ' || tables, 'runs'), owner) AS detail,
    NULL AS fix
FROM open
LEFT JOIN protected ON protected.oid = open.oid
WHERE tables IS NOT NULL OR NOT is_known AND :'tenancy' <> 'schema';
