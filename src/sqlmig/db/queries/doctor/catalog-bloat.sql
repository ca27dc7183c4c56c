-- check: catalog-bloat
-- severity: warning
-- title: A system catalog is bloated.
-- reason: Every migration of every tenant writes to the catalogs, and every session reads them: dead rows there slow
--   down planning, DDL and backups of the whole database. Autovacuum cannot remove what an old snapshot still sees.
SELECT NULL::name AS schema, 'pg_catalog.' || s.relname AS object,
    CASE WHEN s.n_dead_tup > greatest(s.n_live_tup, 100000) THEN 'warning' ELSE 'note' END AS severity,
    pg_catalog.format(
        '%s dead rows beside %s live ones, %s on disk, last vacuumed %s', s.n_dead_tup, s.n_live_tup,
        pg_catalog.pg_size_pretty(pg_catalog.pg_total_relation_size(s.relid)),
        coalesce(greatest(s.last_vacuum, s.last_autovacuum)::date::text, 'never')
    ) AS detail,
    pg_catalog.format('VACUUM (ANALYZE) pg_catalog.%I;', s.relname) AS fix
FROM pg_catalog.pg_stat_sys_tables AS s
WHERE s.schemaname = 'pg_catalog' AND s.n_dead_tup > greatest(s.n_live_tup / 5, 10000);
