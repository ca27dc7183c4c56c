-- The tables of a schema that have a column of that name, which can be written to; partitions are reached through their parent.
SELECT c.relname
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attname = %(column)s AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY c.relname;
