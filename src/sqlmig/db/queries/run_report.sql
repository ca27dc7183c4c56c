-- What became of items that this worker still has. Whoever lost one to another worker has no say any more, unless it is
-- done: that is true whoever says it.
WITH report AS (
    SELECT * FROM pg_catalog.jsonb_to_recordset(%(reports)s::jsonb) AS r(
        track text, target text, state text, stage smallint, attempts smallint, waited real, delay float8,
        seconds real, sqlstate text, error jsonb)
), before AS MATERIALIZED (
    -- One look at the key for each report, whatever the planner believes of a table that has just been filled.
    SELECT i.track, i.target, i.state
    FROM report AS r CROSS JOIN LATERAL (
        SELECT item.track, item.target, item.state
        FROM {history}.run_item AS item
        WHERE item.run_id = %(run_id)s AND item.track = r.track AND item.target = r.target
          AND ((item.state = 'running' AND item.worker = %(worker)s)
               OR (r.state = 'done' AND item.state IN ('pending', 'running', 'blocked')))
        FOR UPDATE
    ) AS i
), reported AS (
    UPDATE {history}.run_item AS i
    SET state = r.state, stage = r.stage, attempts = coalesce(r.attempts, i.attempts),
        waited = coalesce(r.waited, i.waited), seconds = coalesce(r.seconds, i.seconds),
        sqlstate = r.sqlstate, error = r.error, updated_at = pg_catalog.clock_timestamp(),
        not_before = CASE WHEN r.delay > 0
            THEN pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => r.delay) END,
        -- To the tail of the queue, behind all that had no turn yet.
        position = CASE WHEN r.delay > 0 THEN least(i.position + 10000000, 2000000000) ELSE i.position END
    FROM report AS r JOIN before AS b USING (track, target)
    WHERE i.run_id = %(run_id)s AND i.track = r.track AND i.target = r.target
    RETURNING i.wave, b.state AS was, i.state, i.seconds
)
UPDATE {history}.run_wave AS w
SET running = w.running + n.running, pending = w.pending + n.pending, done = w.done + n.done,
    failed = w.failed + n.failed, quarantined = w.quarantined + n.quarantined, blocked = w.blocked + n.blocked,
    slowest = greatest(w.slowest, n.slowest)
FROM (
    SELECT wave,
           count(*) FILTER (WHERE state = 'running') - count(*) FILTER (WHERE was = 'running') AS running,
           count(*) FILTER (WHERE state = 'pending') - count(*) FILTER (WHERE was = 'pending') AS pending,
           count(*) FILTER (WHERE state = 'blocked') - count(*) FILTER (WHERE was = 'blocked') AS blocked,
           count(*) FILTER (WHERE state = 'done') AS done,
           count(*) FILTER (WHERE state = 'failed') AS failed,
           count(*) FILTER (WHERE state = 'quarantined') AS quarantined,
           max(seconds) FILTER (WHERE state = 'done') AS slowest
    FROM reported GROUP BY wave
) AS n
WHERE w.run_id = %(run_id)s AND w.wave = n.wave
