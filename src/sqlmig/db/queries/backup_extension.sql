-- An extension that was made in a schema: pg_dump leaves it out of a dump of that schema.
SELECT e.extname
FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE n.nspname = %(schema)s
ORDER BY e.extname
LIMIT 1;
