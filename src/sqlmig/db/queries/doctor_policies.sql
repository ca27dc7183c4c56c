-- All policies, for the checks that judge their conditions.
WITH policy AS (
    SELECT n.nspname AS schema, t.relname AS table_name, p.oid, p.polname, p.polpermissive, p.polcmd, p.polroles,
        (n.nspname || '.' || t.relname) = ANY (:'tenant_lists'::text[]) AS lists_tenants,
        n.nspname = ANY (:'tenant_schemas'::name[]) AS own,
        a.attnum, a.atttypid, a.atttypmod,
        -- Writing a condition out is slow, and most tenants are alike: it is done for one of those that are.
        pg_catalog.min(p.oid::bigint) OVER (
            PARTITION BY t.relname, a.attnum,
                pg_catalog.md5(coalesce(p.polqual::text, '') || ' ' || coalesce(p.polwithcheck::text, ''))
        )::oid AS example
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_class AS t ON t.relnamespace = n.oid AND t.relkind IN ('r', 'p') AND t.relpersistence <> 't'
    JOIN pg_catalog.pg_policy AS p ON p.polrelid = t.oid
    LEFT JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = t.oid AND a.attname = :'tenant_column' AND NOT a.attisdropped
    WHERE n.nspname = ANY (:'schemas'::name[])
        AND NOT (n.nspname || '.' || t.relname) LIKE ANY (:'exempt_tables'::text[])
),
condition AS MATERIALIZED (
    SELECT p.oid, pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS using,
        pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS with_check
    FROM pg_catalog.pg_policy AS p
    WHERE p.oid IN (SELECT example FROM policy)
),
-- A policy for a role is one for its members, too.
member AS MATERIALIZED (
    SELECT app.oid, app.rolname::text AS name, other.oid AS role
    FROM pg_catalog.pg_roles AS app
    JOIN pg_catalog.pg_roles AS other ON pg_catalog.pg_has_role(app.oid, other.oid, 'MEMBER')
    WHERE app.rolname = ANY (:'app_roles'::name[]) AND NOT app.rolsuper
)
SELECT p.schema, p.table_name, p.polname AS policy, p.polpermissive AS permissive,
    CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete'
        ELSE 'all' END AS command,
    ARRAY (
        SELECT CASE role WHEN 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(role)::text END
        FROM pg_catalog.unnest(p.polroles) AS role
        UNION ALL
        SELECT DISTINCT member.name
        FROM member
        WHERE member.role = ANY (p.polroles) AND member.oid <> ALL (p.polroles)
    ) AS roles,
    c.using, c.with_check, pg_catalog.format_type(p.atttypid, p.atttypmod) AS tenant_type,
    NOT p.lists_tenants AND (
        p.attnum IS NOT NULL OR :'tenancy' = 'shared' OR :'tenancy' = 'both' AND p.own
    ) AS holds_tenants
FROM policy AS p
JOIN condition AS c ON c.oid = p.example;
