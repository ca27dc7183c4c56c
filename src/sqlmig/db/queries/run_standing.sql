-- How the run and one of its waves stand.
SELECT r.state, r.halted_reason, r.wave,
       greatest(0, extract(epoch FROM r.hold_until - pg_catalog.clock_timestamp()))::float8,
       (SELECT i.stage FROM {history}.run_item AS i
        WHERE i.run_id = r.run_id AND i.wave = %(wave)s AND i.state IN ('pending', 'running')
        ORDER BY i.stage LIMIT 1),
       (SELECT greatest(0, extract(epoch FROM i.not_before - pg_catalog.clock_timestamp()))::float8
        FROM {history}.run_item AS i
        WHERE i.run_id = r.run_id AND i.wave = %(wave)s AND i.state = 'pending' AND i.not_before IS NOT NULL
        ORDER BY i.not_before LIMIT 1),
       w.slowest, w.pending, w.running, w.done, w.failed, w.quarantined, w.blocked
FROM {history}.run AS r
LEFT JOIN {history}.run_wave AS w ON w.run_id = r.run_id AND w.wave = %(wave)s
WHERE r.run_id = %(run_id)s
