-- The constraints of domains, and what is said of the columns of composites.
SELECT
    y.typnamespace, 'constraint ' || y.typname || '.' || c.conname,
    CASE WHEN {within y.typnamespace} THEN pg_get_constraintdef(c.oid, true) END
    || CASE WHEN c.convalidated THEN '' ELSE ' (not valid)' END,
    d.description
FROM pg_catalog.pg_type AS y
JOIN pg_catalog.pg_constraint AS c ON c.contypid = y.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_constraint'::regclass AND d.objsubid = 0
WHERE y.oid = ANY (%(pg_type)s::oid[]) AND y.typnamespace = ANY (%(schemas)s::oid[])
UNION ALL
SELECT y.typnamespace, 'column ' || y.typname || '.' || a.attname, NULL, d.description
FROM pg_catalog.pg_type AS y
JOIN pg_catalog.pg_description AS d ON d.objoid = y.typrelid AND d.classoid = 'pg_catalog.pg_class'::regclass
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = y.typrelid AND a.attnum = d.objsubid
WHERE y.oid = ANY (%(pg_type)s::oid[]) AND y.typnamespace = ANY (%(schemas)s::oid[])
