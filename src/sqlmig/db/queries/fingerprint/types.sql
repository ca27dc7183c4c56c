-- Enumerations, domains, composites and ranges.
SELECT
    y.typnamespace, CASE y.typtype WHEN 'd' THEN 'domain ' ELSE 'type ' END || y.typname,
    CASE WHEN {within y.typnamespace} THEN CASE y.typtype
        WHEN 'e' THEN (
            SELECT 'enum ' || coalesce(string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder), '')
            FROM pg_catalog.pg_enum AS e
            WHERE e.enumtypid = y.oid
        )
        WHEN 'd' THEN concat_ws(
            ' ', 'domain', format_type(y.typbasetype, y.typtypmod), CASE WHEN y.typnotnull THEN 'not null' END,
            CASE WHEN y.typcollation <> b.typcollation THEN 'collate ' || y.typcollation::regcollation::text END,
            'default ' || pg_get_expr(y.typdefaultbin, 0)
        )
        WHEN 'c' THEN (
            SELECT 'composite ' || coalesce(string_agg(
                quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum
            ), '')
            FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = y.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        )
        WHEN 'r' THEN (
            SELECT concat_ws(
                ' ', 'range', format_type(g.rngsubtype, NULL), g.rngmultitypid::regtype,
                nullif(g.rngcanonical, 0), nullif(g.rngsubdiff, 0)
            )
            FROM pg_catalog.pg_range AS g
            WHERE g.rngtypid = y.oid
        )
        ELSE 'kind ' || y.typtype::text
    END END,
    pg_get_userbyid(o.owner), {rights}, d.description
FROM pg_catalog.pg_type AS y
CROSS JOIN LATERAL (SELECT y.typowner, coalesce(y.typacl, acldefault('T', y.typowner))) AS o (owner, acl)
LEFT JOIN pg_catalog.pg_type AS b ON b.oid = y.typbasetype
LEFT JOIN pg_catalog.pg_description AS d
    ON d.objoid = y.oid AND d.classoid = 'pg_catalog.pg_type'::regclass AND d.objsubid = 0
WHERE y.oid = ANY (%(pg_type)s::oid[]) AND y.typnamespace = ANY (%(schemas)s::oid[])
