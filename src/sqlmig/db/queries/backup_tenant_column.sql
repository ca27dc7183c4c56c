-- Whether a table of a schema has a column of that name.
SELECT true
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relkind IN ('r', 'p') AND a.attname = %(column)s AND NOT a.attisdropped
LIMIT 1;
