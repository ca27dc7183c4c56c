-- How a run without workers ended; the log says how far each of its items came.
WITH ended AS (
    UPDATE {history}.run
    SET finished_at = pg_catalog.clock_timestamp(), outcome = %(outcome)s,
        state = CASE WHEN state = 'aborted' THEN state ELSE 'finished' END
    WHERE run_id = %(run_id)s
), found AS (
    SELECT i.track, i.target, CASE WHEN %(outcome)s = 'done' THEN 'done' ELSE (
        SELECT l.outcome FROM (
            SELECT l.run_id, l.outcome FROM {history}.log AS l
            WHERE l.track = i.track AND l.target = i.target ORDER BY l.id DESC LIMIT 1) AS l
        WHERE l.run_id = i.run_id AND l.outcome IN ('done', 'failed', 'blocked', 'quarantined')) END AS state
    FROM {history}.run_item AS i
    WHERE i.run_id = %(run_id)s AND i.state = 'pending'
), settled AS (
    UPDATE {history}.run_item AS i SET state = f.state, updated_at = pg_catalog.clock_timestamp()
    FROM found AS f
    WHERE i.run_id = %(run_id)s AND i.track = f.track AND i.target = f.target AND f.state IS NOT NULL
    RETURNING i.state
)
UPDATE {history}.run_wave AS w
SET pending = w.pending - n.items, done = w.done + n.done, failed = w.failed + n.failed,
    quarantined = w.quarantined + n.quarantined, blocked = w.blocked + n.blocked
FROM (
    SELECT count(*) AS items, count(*) FILTER (WHERE state = 'done') AS done,
           count(*) FILTER (WHERE state = 'failed') AS failed,
           count(*) FILTER (WHERE state = 'quarantined') AS quarantined,
           count(*) FILTER (WHERE state = 'blocked') AS blocked
    FROM settled
) AS n
WHERE w.run_id = %(run_id)s AND w.wave = 0
