-- What holds rows or a position in a schema: its tables with their columns, its sequences, its filled materialized views.
SELECT
    c.relkind::text, c.relname::text, c.relforcerowsecurity,
    coalesce((
        SELECT json_agg(json_build_object(
            'name', a.attname, 'always', a.attidentity = 'a',
            'filled', a.attidentity <> '' OR d.oid IS NOT NULL OR y.typdefault IS NOT NULL,
            'default', '(' || pg_catalog.pg_get_expr(d.adbin, d.adrelid) || ')::'
                || pg_catalog.format_type(a.atttypid, a.atttypmod)
        ) ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute AS a
        JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
        LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ), '[]'::json)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s
    AND (c.relkind IN ('r', 'p') AND NOT c.relispartition OR c.relkind = 'S' OR c.relkind = 'm' AND c.relispopulated)
ORDER BY c.relname COLLATE "C"
