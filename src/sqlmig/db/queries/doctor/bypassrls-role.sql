-- check: bypassrls-role
-- severity: error
-- title: A role of the application is not bound by row level security.
-- reason: Sessions of a superuser, or of a role with BYPASSRLS, see and change the rows of all tenants, whatever the
--   policies say; and so do those of a member of such a role, after SET ROLE.
-- decide: Which of the roles in between shall lose its membership: the application's role may become the other one by
--   way of a third.
WITH app_role AS (
    SELECT oid, rolname AS name, rolsuper, rolbypassrls
    FROM pg_catalog.pg_roles
    WHERE rolname = ANY (:'app_roles'::name[])
)
SELECT NULL::name AS schema, app_role.name AS object, 'error' AS severity,
    CASE WHEN rolsuper THEN 'is a superuser: neither policies nor privileges bind it'
        ELSE 'has BYPASSRLS: no policy binds it' END AS detail,
    pg_catalog.format('ALTER ROLE %I%s%s;', app_role.name,
        CASE WHEN rolsuper THEN ' NOSUPERUSER' END, CASE WHEN rolbypassrls THEN ' NOBYPASSRLS' END) AS fix
FROM app_role
WHERE rolsuper OR rolbypassrls
UNION ALL
SELECT NULL, app_role.name, 'error',
    pg_catalog.format('may become %I, which %s', other.rolname,
        CASE WHEN other.rolsuper THEN 'is a superuser' ELSE 'has BYPASSRLS' END),
    CASE WHEN EXISTS (
        SELECT FROM pg_catalog.pg_auth_members AS m WHERE m.roleid = other.oid AND m.member = app_role.oid
    ) THEN pg_catalog.format('REVOKE %I FROM %I;', other.rolname, app_role.name) END
FROM app_role
JOIN pg_catalog.pg_roles AS other
    ON (other.rolsuper OR other.rolbypassrls)
    AND other.oid <> app_role.oid
    AND pg_catalog.pg_has_role(app_role.oid, other.oid, 'MEMBER')
WHERE NOT app_role.rolsuper;
