-- check: app-role-missing
-- severity: warning
-- title: The server does not have a role that the configuration names.
-- reason: What is asked of lint.app_roles cannot be answered for a role that is not there: whether it bypasses row
--   level security, what it owns, what it may do with new tables.
-- decide: Correct lint.app_roles, or make the role.
SELECT NULL::name AS schema, role AS object, 'warning' AS severity,
    'lint.app_roles names it, and the server has no such role' AS detail, NULL AS fix
FROM pg_catalog.unnest(:'app_roles'::name[]) AS role
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role);
