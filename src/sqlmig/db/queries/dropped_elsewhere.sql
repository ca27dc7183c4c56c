-- Of the relations that another transaction dropped, those outside of its schema: its catalog changes are not visible yet.
SELECT n.nspname || '.' || c.relname
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY(%(relations)s::oid[]) AND n.nspname <> %(schema)s AND n.nspname NOT IN ('pg_toast', 'pg_catalog')
  AND n.nspname NOT LIKE 'pg\_temp\_%%' AND n.nspname NOT LIKE 'pg\_toast\_temp\_%%'
ORDER BY 1
