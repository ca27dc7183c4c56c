-- The table that a statement about an index is on, with names looked up as PostgreSQL does: along the search path, if
-- they have no schema. {relation} is the statement's own name of the table, or of the index.
SELECT t.oid, n.nspname, t.relname, t.relkind, t.relispopulated, c.relkind
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
JOIN pg_catalog.pg_class t ON t.oid = coalesce(i.indrelid, c.oid)
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
WHERE c.oid = pg_catalog.to_regclass(coalesce(pg_catalog.quote_ident(%(schema)s) || '.', '') || pg_catalog.quote_ident(%(name)s))
