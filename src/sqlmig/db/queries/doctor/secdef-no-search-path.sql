-- check: secdef-no-search-path
-- severity: error
-- title: A function runs with its owner's rights and its caller's search_path.
-- reason: Whoever calls it puts a table, a function or an operator of his own in front of the one that is meant, and
--   it runs with the rights of the owner: around row level security, too.
SELECT n.nspname AS schema,
    pg_catalog.format('%I(%s)', p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) AS object,
    'error' AS severity, 'is SECURITY DEFINER and does not set search_path' AS detail,
    pg_catalog.format(
        'ALTER ROUTINE %I.%I(%s) SET search_path = %1$I%4$s, pg_temp;', n.nspname, p.proname,
        pg_catalog.pg_get_function_identity_arguments(p.oid), (
            SELECT pg_catalog.string_agg(', ' || pg_catalog.quote_ident(path.schema), '' ORDER BY path.place)
            FROM pg_catalog.unnest(:'search_path'::text[]) WITH ORDINALITY AS path (schema, place)
        )
    ) AS fix
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_proc AS p ON p.pronamespace = n.oid AND p.prosecdef
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang AND l.lanname NOT IN ('c', 'internal')
WHERE n.nspname = ANY (:'schemas'::name[])
    -- The names in a body that was parsed when the function was made mean what they meant then.
    AND p.prosqlbody IS NULL
    AND NOT EXISTS (SELECT FROM pg_catalog.unnest(p.proconfig) AS setting WHERE setting LIKE 'search_path=%');
