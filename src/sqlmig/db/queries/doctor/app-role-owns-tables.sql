-- check: app-role-owns-tables
-- severity: error
-- title: A role of the application owns what policies and privileges shall keep from it.
-- reason: An owner can switch row level security off, drop the policies and give itself every privilege; so can a
--   member of the owner. On tables without row level security it is a warning.
-- decide: Which role shall own it: the one that migrates, and no role of the application (ALTER TABLE ... OWNER TO).
WITH owner AS (
    SELECT owner.oid,
        CASE WHEN owner.oid = app.oid THEN pg_catalog.format('belongs to %I', owner.rolname)
            ELSE pg_catalog.format('belongs to %I, and %I is a member of that role', owner.rolname, app.rolname)
        END AS detail
    FROM pg_catalog.pg_roles AS app
    JOIN pg_catalog.pg_roles AS owner ON pg_catalog.pg_has_role(app.oid, owner.oid, 'MEMBER')
    WHERE app.rolname = ANY (:'app_roles'::name[]) AND NOT app.rolsuper AND NOT owner.rolsuper
)
SELECT n.nspname AS schema, t.relname AS object,
    CASE WHEN t.relrowsecurity THEN 'error' ELSE 'warning' END AS severity, owner.detail, NULL AS fix
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS t ON t.relnamespace = n.oid AND t.relkind IN ('r', 'p', 'v', 'm', 'f')
JOIN owner ON owner.oid = t.relowner
WHERE n.nspname = ANY (:'schemas'::name[])
UNION ALL
SELECT n.nspname, 'the schema', 'warning', owner.detail, NULL
FROM pg_catalog.pg_namespace AS n
JOIN owner ON owner.oid = n.nspowner
WHERE n.nspname = ANY (:'schemas'::name[]);
