-- What would not follow when the schema is renamed, or could not be put back behind a hand-out.
SELECT 'function ' || p.proname || ' names the schema in its body'
FROM pg_catalog.pg_proc AS p
WHERE p.pronamespace = pg_catalog.to_regnamespace(%(schema_name)s) AND pg_catalog.strpos(p.prosrc, %(former)s) > 0
UNION ALL
SELECT 'trigger ' || t.tgname || ' on ' || c.relname || ' is disabled, or fires for replicas'
FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
WHERE c.relnamespace = pg_catalog.to_regnamespace(%(schema_name)s) AND NOT t.tgisinternal AND t.tgenabled <> 'O'
LIMIT 1
