SELECT
    r.relnamespace, 'constraint ' || r.relname || '.' || c.conname,
    CASE WHEN {within r.relnamespace} THEN pg_get_constraintdef(c.oid, true) END
    || CASE WHEN c.convalidated THEN '' ELSE ' (not valid)' END,
    d.description
FROM pg_catalog.pg_class AS r
JOIN pg_catalog.pg_constraint AS c ON c.conrelid = r.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_constraint'::regclass AND d.objsubid = 0
WHERE r.oid = ANY (%(pg_class)s::oid[]) AND r.relnamespace = ANY (%(schemas)s::oid[]) AND c.contype <> 't'
