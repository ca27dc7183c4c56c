-- Ends runs all of whose targets were read back as being where they should be, and that nobody is at work on: either no
-- worker has been seen for long, or they are for the same as what was read back, and so have nothing left to do.
WITH there AS MATERIALIZED (
    SELECT * FROM ROWS FROM (pg_catalog.unnest(%(tracks)s::text[]), pg_catalog.unnest(%(keys)s::text[])) AS t(track, target)
), unfinished AS MATERIALIZED (
    SELECT r.run_id, r.targets FROM {history}.run AS r
    WHERE r.finished_at IS NULL
      AND (r.manifest = %(manifest)s::bytea
           OR NOT EXISTS (SELECT FROM {history}.run_worker AS w
                          WHERE w.run_id = r.run_id AND w.seen_until > pg_catalog.clock_timestamp()))
), wanted AS (
    SELECT u.run_id, i.track, i.target FROM unfinished AS u JOIN {history}.run_item AS i USING (run_id)
    UNION ALL
    SELECT u.run_id, t.value ->> 'track', t.value ->> 'target'
    FROM unfinished AS u, pg_catalog.jsonb_array_elements(u.targets) AS t(value)
), missed AS MATERIALIZED (
    SELECT DISTINCT w.run_id FROM wanted AS w LEFT JOIN there AS t USING (track, target) WHERE t.track IS NULL
), settled AS (
    UPDATE {history}.run AS r
    SET finished_at = pg_catalog.clock_timestamp(), outcome = 'interrupted', state = 'finished',
        reason = pg_catalog.concat_ws('; ', r.reason,
            CASE WHEN r.state IN ('paused', 'halted') THEN 'a later run found its targets where they should be'
            ELSE 'it never said how it ended; a later run found its targets where they should be' END)
    FROM unfinished AS u
    WHERE r.run_id = u.run_id AND NOT EXISTS (SELECT FROM missed AS m WHERE m.run_id = u.run_id)
    RETURNING r.run_id
), items AS (
    UPDATE {history}.run_item AS i SET state = 'done', worker = NULL, updated_at = pg_catalog.clock_timestamp()
    FROM settled AS s
    WHERE i.run_id = s.run_id AND i.state IN ('pending', 'running')
)
UPDATE {history}.run_wave AS w SET done = w.done + w.pending + w.running, pending = 0, running = 0
FROM settled AS s
WHERE w.run_id = s.run_id
