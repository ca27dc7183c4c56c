-- What was blocked, and what nobody has any more, waits for its turn again. Failed items stay as they are, but for those of
-- a rollback: no other run means the same.
WITH again AS MATERIALIZED (
    SELECT i.track, i.target, i.wave, i.state
    FROM {history}.run_item AS i
    WHERE i.run_id = %(run_id)s AND (i.state = 'blocked' OR (i.state = 'pending' AND i.not_before IS NOT NULL)
        OR (i.state = 'running' AND NOT EXISTS (
            SELECT FROM {history}.run_worker AS w
            WHERE w.run_id = i.run_id AND w.worker = i.worker AND w.seen_until > pg_catalog.clock_timestamp()))
        OR (i.state IN ('failed', 'quarantined') AND (
            SELECT r.options ? 'rollback' FROM {history}.run AS r WHERE r.run_id = i.run_id)))
    FOR UPDATE OF i
), reopened AS (
    UPDATE {history}.run_item AS i
    SET state = 'pending', attempts = 0, not_before = NULL, worker = NULL, updated_at = pg_catalog.clock_timestamp()
    FROM again AS a
    WHERE i.run_id = %(run_id)s AND i.track = a.track AND i.target = a.target
    RETURNING a.wave, a.state
)
UPDATE {history}.run_wave AS w
SET pending = w.pending + n.ended + n.running, running = w.running - n.running,
    blocked = w.blocked - n.blocked, failed = w.failed - n.failed, quarantined = w.quarantined - n.quarantined
FROM (SELECT wave, count(*) FILTER (WHERE state = 'running') AS running,
             count(*) FILTER (WHERE state = 'blocked') AS blocked, count(*) FILTER (WHERE state = 'failed') AS failed,
             count(*) FILTER (WHERE state = 'quarantined') AS quarantined,
             count(*) FILTER (WHERE state IN ('blocked', 'failed', 'quarantined')) AS ended
      FROM reopened GROUP BY wave) AS n
WHERE w.run_id = %(run_id)s AND w.wave = n.wave
