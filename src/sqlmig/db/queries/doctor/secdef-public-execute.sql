-- check: secdef-public-execute
-- severity: warning
-- title: Every role can call a function that runs with its owner's rights.
-- reason: PUBLIC has EXECUTE on each new function until it is revoked. Functions of triggers cannot be called, and
--   are left out.
SELECT n.nspname AS schema,
    pg_catalog.format('%I(%s)', p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) AS object,
    'warning' AS severity, 'is SECURITY DEFINER, and PUBLIC may execute it' AS detail,
    pg_catalog.format(
        'REVOKE EXECUTE ON ROUTINE %I.%I(%s) FROM PUBLIC;', n.nspname, p.proname,
        pg_catalog.pg_get_function_identity_arguments(p.oid)
    ) || coalesce((
        SELECT pg_catalog.format(
            E'\nGRANT EXECUTE ON ROUTINE %I.%I(%s) TO %s;', n.nspname, p.proname,
            pg_catalog.pg_get_function_identity_arguments(p.oid),
            pg_catalog.string_agg(pg_catalog.quote_ident(role), ', ')
        )
        FROM pg_catalog.unnest(:'app_roles'::text[]) AS role
        HAVING pg_catalog.count(*) > 0
    ), '') AS fix
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_proc AS p ON p.pronamespace = n.oid AND p.prosecdef
WHERE n.nspname = ANY (:'schemas'::name[])
    AND p.prorettype NOT IN ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
    AND EXISTS (
        SELECT FROM pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) AS g
        WHERE g.grantee = 0 AND g.privilege_type = 'EXECUTE'
    );
