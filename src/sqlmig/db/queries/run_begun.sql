-- The run just begun; or the one because of which it was not.
SELECT coalesce(
    (SELECT run_id FROM {history}.run WHERE run_id = %(run_id)s),
    (SELECT r.run_id FROM {history}.run AS r JOIN {history}.run_worker AS w USING (run_id)
     WHERE r.manifest = %(manifest)s::bytea AND r.state = 'running' AND w.seen_until > pg_catalog.clock_timestamp()
     ORDER BY r.started_at DESC LIMIT 1))::text
