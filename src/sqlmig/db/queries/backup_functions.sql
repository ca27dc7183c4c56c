-- Functions whose body or settings may name a schema that is called otherwise now.
SELECT pg_catalog.pg_get_functiondef(f.oid)
FROM pg_catalog.pg_proc f
JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
WHERE n.nspname = %(schema)s AND f.prokind <> 'a'
    AND pg_catalog.strpos(pg_catalog.concat_ws(' ', f.prosrc, f.proconfig::text), %(former)s) > 0
ORDER BY f.proname, f.oid;
