-- The INVALID indexes of schemas and of their tables' TOAST tables. Not those of partitioned tables (relkind I), which
-- are INVALID by design until every partition has its own; nor what somebody builds, rebuilds or drops right now.
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid
  AND CASE n.nspname
      WHEN 'pg_toast' THEN (SELECT o.nspname FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace o ON o.oid = t.relnamespace
                            WHERE t.reltoastrelid = i.indrelid)
      ELSE n.nspname
      END = ANY (%(schemas)s::name[])
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_stat_progress_create_index p
      WHERE p.datid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
        AND (p.index_relid = c.oid OR p.relid = i.indrelid AND p.command LIKE 'REINDEX%%'))
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_locks l
      WHERE l.locktype = 'relation' AND l.granted AND l.relation = c.oid AND l.mode = 'ShareUpdateExclusiveLock'
        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()))
ORDER BY 1
