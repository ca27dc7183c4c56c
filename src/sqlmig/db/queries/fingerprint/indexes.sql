SELECT
    r.relnamespace, 'index ' || c.relname,
    concat_ws(
        ' ',
        CASE WHEN {within r.relnamespace} THEN pg_get_indexdef(i.indexrelid, 0, true) END,
        CASE WHEN NOT i.indisvalid THEN 'invalid' END,
        CASE WHEN NOT i.indisready THEN 'not ready' END,
        CASE WHEN i.indisclustered THEN 'clustered' END
    ),
    d.description
FROM pg_catalog.pg_class AS r
JOIN pg_catalog.pg_index AS i ON i.indrelid = r.oid
JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
LEFT JOIN pg_catalog.pg_description AS d
    ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0
WHERE r.oid = ANY (%(pg_class)s::oid[]) AND r.relnamespace = ANY (%(schemas)s::oid[])
