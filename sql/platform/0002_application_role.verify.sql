-- Row level security does not bind superusers and roles with BYPASSRLS: a role that was there before may be one.
SELECT rolname, rolsuper, rolbypassrls
FROM pg_roles
WHERE rolname IN ({{ vars.app_role | literal }}, {{ vars.operator_role | literal }})
    AND (rolsuper OR rolbypassrls);
