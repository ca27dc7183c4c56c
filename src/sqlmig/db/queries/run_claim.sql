-- Items that are due, or whose worker is gone, while the run goes on in this wave; on request also what a live worker has
-- and is not at work on, as the target's advisory lock tells.
WITH locked AS MATERIALIZED (
    SELECT (l.classid::bigint << 32) | l.objid::bigint AS key FROM pg_catalog.pg_locks AS l
    WHERE %(unlocked)s AND l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
), due AS MATERIALIZED (
    SELECT i.track, i.target, i.state
    FROM {history}.run_item AS i
    WHERE i.run_id = %(run_id)s AND i.wave = %(wave)s AND i.stage = %(stage)s AND i.state IN ('pending', 'running')
      AND CASE i.state
          WHEN 'pending' THEN i.not_before IS NULL OR i.not_before <= pg_catalog.clock_timestamp()
          ELSE (%(unlocked)s AND i.worker <> %(worker)s AND NOT EXISTS (
                   SELECT FROM locked WHERE locked.key = ('x' || pg_catalog.encode(pg_catalog.substring(pg_catalog.sha256(
                       %(key_prefix)s::bytea || pg_catalog.convert_to(i.target, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint))
               OR (%(locked)s AND i.worker <> %(worker)s)
               OR NOT EXISTS (SELECT FROM {history}.run_worker AS w
                              WHERE w.run_id = i.run_id AND w.worker = i.worker
                                AND w.seen_until > pg_catalog.clock_timestamp()) END
      AND (SELECT r.state = 'running' AND r.wave = %(wave)s
                  AND (r.hold_until IS NULL OR r.hold_until <= pg_catalog.clock_timestamp())
           FROM {history}.run AS r WHERE r.run_id = %(run_id)s)
    ORDER BY i.position
    LIMIT %(want)s
    FOR UPDATE OF i SKIP LOCKED
), claimed AS (
    UPDATE {history}.run_item AS i
    SET state = 'running', worker = %(worker)s, not_before = NULL, updated_at = pg_catalog.clock_timestamp()
    FROM due
    WHERE i.run_id = %(run_id)s AND i.track = due.track AND i.target = due.target
    RETURNING i.track, i.target, i.schema_name, i.attempts, i.waited, i.position, due.state AS was
), counted AS (
    UPDATE {history}.run_wave AS w SET pending = w.pending - n.items, running = w.running + n.items
    FROM (SELECT count(*) AS items FROM claimed WHERE was = 'pending') AS n
    WHERE w.run_id = %(run_id)s AND w.wave = %(wave)s AND n.items > 0
)
SELECT track, target, schema_name, attempts, waited FROM claimed ORDER BY position
