-- Who a CONCURRENTLY statement would wait for, once it has begun, among those who have been at it for some seconds.
--   old snapshots in this database, whatever they read: CREATE INDEX and REINDEX wait for each before they end
--   transactions, prepared ones too, with a lock on the table that bars the statement: all four wait for those
-- PostgreSQL leaves out VACUUM; other builds, which it leaves out or which end by themselves, are left out here.
SELECT a.pid, a.usename, a.application_name, coalesce(host(a.client_addr), 'local'), a.state, a.query, a.xact_start
FROM pg_catalog.pg_stat_activity a
WHERE a.datname = pg_catalog.current_database()
  AND a.pid <> pg_catalog.pg_backend_pid()
  AND coalesce(a.leader_pid, a.pid) = a.pid
  AND a.backend_type NOT LIKE 'autovacuum%%'
  AND a.xact_start < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => %(age)s)
  AND a.pid NOT IN (SELECT v.pid FROM pg_catalog.pg_stat_progress_vacuum v)
  AND a.pid NOT IN (SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index p)
  AND (%(snapshots)s AND a.backend_xmin IS NOT NULL
       OR a.pid IN (SELECT l.pid FROM pg_catalog.pg_locks l
                    WHERE l.locktype = 'relation' AND l.granted AND l.relation = %(table)s::oid AND l.mode = ANY (%(modes)s)
                      AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())))
UNION ALL
SELECT 0, p.owner, p.gid, 'none', 'prepared transaction', '', p.prepared
FROM pg_catalog.pg_prepared_xacts p
WHERE p.database = pg_catalog.current_database()
  AND p.prepared < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => %(age)s)
  AND EXISTS (
      SELECT FROM pg_catalog.pg_locks l
      JOIN pg_catalog.pg_locks x ON x.virtualtransaction = l.virtualtransaction AND x.pid IS NULL
      WHERE l.pid IS NULL AND l.locktype = 'relation' AND l.relation = %(table)s::oid AND l.mode = ANY (%(modes)s)
        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
        AND x.locktype = 'transactionid' AND x.transactionid = p.transaction)
ORDER BY 7, 1
