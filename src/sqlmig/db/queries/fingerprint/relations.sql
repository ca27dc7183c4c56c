-- Tables, views and sequences: options, row level security, definition, order of columns, owner, rights, comment.
SELECT
    r.relnamespace,
    CASE r.relkind
        WHEN 'r' THEN 'table ' WHEN 'p' THEN 'table ' WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view '
        WHEN 'S' THEN 'sequence ' WHEN 'f' THEN 'foreign table ' ELSE 'relation '
    END || r.relname,
    CASE WHEN r.relkind <> 'S' THEN concat_ws(
        ' ', r.relkind::text, r.relpersistence::text, m.amname,
        'options ' || (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(r.reloptions) AS o),
        'toast options ' || (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(h.reloptions) AS o),
        'replica identity ' || r.relreplident::text
        || coalesce(' ' || CASE r.relreplident WHEN 'i' THEN (
            SELECT x.relname
            FROM pg_catalog.pg_index AS i
            JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
            WHERE i.indrelid = r.oid AND i.indisreplident
        ) END, ''),
        'tablespace ' || (SELECT s.spcname FROM pg_catalog.pg_tablespace AS s WHERE s.oid = r.reltablespace),
        CASE WHEN r.relkind = 'p' AND {within r.relnamespace} THEN 'partition by ' || pg_get_partkeydef(r.oid) END,
        CASE WHEN r.relispartition AND {within r.relnamespace} THEN pg_get_expr(r.relpartbound, r.oid) END,
        CASE WHEN r.reloftype <> 0 AND {within r.relnamespace} THEN 'of ' || format_type(r.reloftype, NULL) END,
        CASE WHEN {within r.relnamespace} THEN 'inherits ' || (
            SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
            FROM pg_catalog.pg_inherits AS i
            WHERE i.inhrelid = r.oid
        ) END,
        (
            SELECT 'server ' || s.srvname || coalesce(' ' || array_to_string(f.ftoptions, ', '), '')
            FROM pg_catalog.pg_foreign_table AS f
            JOIN pg_catalog.pg_foreign_server AS s ON s.oid = f.ftserver
            WHERE f.ftrelid = r.oid
        )
    ) END,
    CASE WHEN r.relkind IN ('r', 'p') THEN
        CASE WHEN r.relrowsecurity THEN 'row level security' ELSE 'no row level security' END
        || CASE WHEN r.relforcerowsecurity THEN ', forced' ELSE ', not forced' END
    END,
    CASE WHEN r.relkind IN ('v', 'm') AND {within r.relnamespace} THEN pg_get_viewdef(r.oid, true) END,
    CASE WHEN r.relkind <> 'S' THEN (
        SELECT string_agg(a.attname, ', ' ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    ) END,
    pg_get_userbyid(o.owner), {rights}, d.description
FROM pg_catalog.pg_class AS r
CROSS JOIN LATERAL (
    SELECT r.relowner, coalesce(r.relacl, acldefault(CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", r.relowner))
) AS o (owner, acl)
LEFT JOIN pg_catalog.pg_class AS h ON h.oid = r.reltoastrelid
LEFT JOIN pg_catalog.pg_am AS m ON m.oid = r.relam
LEFT JOIN pg_catalog.pg_description AS d
    ON d.objoid = r.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0
WHERE r.oid = ANY (%(pg_class)s::oid[]) AND r.relnamespace = ANY (%(schemas)s::oid[]) AND r.relkind <> 'c'
