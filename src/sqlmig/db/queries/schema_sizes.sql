-- The space that the tables of schemas take, as the last VACUUM or ANALYZE saw it, in pages.
SELECT n.nspname, coalesce(sum(c.relpages), 0)::bigint
FROM pg_catalog.pg_namespace n
LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'm')
WHERE n.nspname = ANY(%(schemas)s::text[])
GROUP BY n.nspname
