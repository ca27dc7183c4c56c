-- Functions whose body or settings may name a schema that is called otherwise now.
SELECT pg_catalog.pg_get_functiondef(f.oid)
FROM pg_catalog.pg_proc f
JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
CROSS JOIN LATERAL pg_catalog.concat_ws(' ', f.prosrc, pg_catalog.array_to_string(f.proconfig, ' ')) AS said
WHERE n.nspname = %(schema)s AND f.prokind <> 'a'
    AND (pg_catalog.strpos(said, %(former)s) > 0
        -- As it is written where it needs quotes.
        OR pg_catalog.strpos(said, pg_catalog.quote_ident(%(former)s)) > 0
        OR pg_catalog.strpos(said, pg_catalog.quote_literal(%(former)s)) > 0)
ORDER BY f.proname, f.oid;
