-- Space and use per schema, and per index: all of one table and name together. Asks the file system about every
-- relation, once. A unique index works even when nobody reads it.
WITH relations AS MATERIALIZED (
    SELECT n.nspname, t.relname AS table_name, c.relname, c.relkind = 'i' AS is_index,
           CASE WHEN c.relkind = 'i' THEN pg_catalog.pg_relation_size(c.oid) ELSE pg_catalog.pg_table_size(c.oid) END
               AS bytes,
           pg_catalog.pg_stat_get_numscans(c.oid) AS scans,
           pg_catalog.pg_stat_get_live_tuples(c.oid) AS live, pg_catalog.pg_stat_get_dead_tuples(c.oid) AS dead,
           NOT i.indisunique AND pg_catalog.pg_stat_get_numscans(c.oid) = 0 AS is_unused,
           NOT i.indisvalid AS is_invalid
    FROM pg_catalog.pg_namespace n
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'm', 'i')
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
    LEFT JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
    WHERE n.nspname = ANY(%(schemas)s::text[])
)
SELECT nspname::text, table_name::text, CASE WHEN table_name IS NOT NULL THEN relname::text END,
       count(*) FILTER (WHERE NOT is_index),
       count(*) FILTER (WHERE is_index),
       coalesce(sum(bytes) FILTER (WHERE NOT is_index), 0)::bigint,
       coalesce(sum(bytes) FILTER (WHERE is_index), 0)::bigint,
       coalesce(sum(live) FILTER (WHERE NOT is_index), 0)::bigint,
       coalesce(sum(dead) FILTER (WHERE NOT is_index), 0)::bigint,
       coalesce(sum(scans) FILTER (WHERE NOT is_index), 0)::bigint,
       coalesce(sum(scans) FILTER (WHERE is_index), 0)::bigint,
       count(*) FILTER (WHERE is_unused),
       coalesce(sum(bytes) FILTER (WHERE is_unused), 0)::bigint,
       count(*) FILTER (WHERE is_invalid)
FROM relations
GROUP BY GROUPING SETS ((nspname), (table_name, relname))
HAVING nspname IS NOT NULL OR table_name IS NOT NULL
