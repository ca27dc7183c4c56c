SELECT
    r.relnamespace, 'column ' || r.relname || '.' || a.attname,
    CASE WHEN {within r.relnamespace} THEN pg_get_expr(d.adbin, d.adrelid) END
FROM pg_catalog.pg_class AS r
JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = r.oid
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE r.oid = ANY (%(pg_class)s::oid[]) AND r.relnamespace = ANY (%(schemas)s::oid[])
