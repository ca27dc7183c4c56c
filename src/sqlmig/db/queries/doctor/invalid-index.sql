-- check: invalid-index
-- severity: error
-- title: An index is INVALID.
-- reason: No query uses it, every write maintains it, and what it should keep unique is not unique. CREATE INDEX
--   CONCURRENTLY leaves it when it fails or is stopped.
-- decide: The index of a partitioned table becomes valid when each partition has one that is attached to it (ALTER
--   INDEX ... ATTACH PARTITION).
SELECT n.nspname AS schema, t.relname AS object, 'error' AS severity,
    pg_catalog.format('index %I is INVALID', i.relname) AS detail,
    CASE
        WHEN i.relkind = 'I' THEN NULL
        -- What REINDEX CONCURRENTLY left of itself.
        WHEN i.relname ~ '_cc(new|old)[0-9]*$'
            THEN pg_catalog.format('DROP INDEX CONCURRENTLY IF EXISTS %I.%I;', n.nspname, i.relname)
        ELSE pg_catalog.format('REINDEX INDEX CONCURRENTLY %I.%I;', n.nspname, i.relname)
    END AS fix
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS i ON i.relnamespace = n.oid AND i.relkind IN ('i', 'I')
JOIN pg_catalog.pg_index AS x ON x.indexrelid = i.oid AND NOT (x.indisvalid AND x.indisready AND x.indislive)
JOIN pg_catalog.pg_class AS t ON t.oid = x.indrelid
WHERE n.nspname = ANY (:'schemas'::name[])
    -- One that is being built now.
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.index_relid = i.oid);
