-- Columns: type and all that is said of it, rights where a column has its own, comment.
SELECT
    r.relnamespace, 'column ' || r.relname || '.' || a.attname,
    concat_ws(
        ' ',
        CASE
            WHEN y.typnamespace = 'pg_catalog'::regnamespace THEN format_type(a.atttypid, a.atttypmod)
            WHEN {within r.relnamespace} THEN format_type(a.atttypid, a.atttypmod)
        END,
        CASE WHEN a.attnotnull THEN 'not null' END,
        CASE a.attgenerated WHEN 's' THEN 'generated stored' WHEN 'v' THEN 'generated virtual' END,
        CASE
            WHEN a.attcollation NOT IN (0, y.typcollation) AND {within r.relnamespace}
            THEN 'collate ' || a.attcollation::regcollation::text
        END,
        CASE WHEN a.attstorage <> y.typstorage THEN 'storage ' || a.attstorage::text END,
        CASE WHEN a.attcompression <> '' THEN 'compression ' || a.attcompression::text END,
        -- Without a target of its own a column has -1 up to 16, and nothing from 17 on.
        'statistics ' || nullif(a.attstattarget, -1),
        'options ' || array_to_string(a.attoptions, ', '),
        CASE WHEN NOT a.attislocal THEN 'inherited' END
    ),
    CASE WHEN o.acl IS NOT NULL THEN {rights} END, d.description
FROM pg_catalog.pg_class AS r
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid
CROSS JOIN LATERAL (SELECT r.relowner, a.attacl) AS o (owner, acl)
JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
LEFT JOIN pg_catalog.pg_description AS d
    ON d.objoid = r.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = a.attnum
WHERE r.oid = ANY (%(pg_class)s::oid[]) AND r.relnamespace = ANY (%(schemas)s::oid[]) AND r.relkind NOT IN ('c', 'S')
    AND a.attnum > 0 AND NOT a.attisdropped
