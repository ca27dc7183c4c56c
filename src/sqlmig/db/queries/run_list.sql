SELECT r.run_id::text, r.command,
       coalesce(r.state, CASE WHEN r.finished_at IS NULL THEN 'running' ELSE 'finished' END),
       r.started_at, r.finished_at, r.outcome, r.actor, r.host, r.tool, r.git_commit,
       nullif(pg_catalog.concat_ws('; ', r.reason, r.halted_reason), ''), r.wave,
       ARRAY(SELECT w.value ->> 'name' FROM pg_catalog.jsonb_array_elements(r.waves) AS w(value)),
       EXISTS (SELECT FROM {history}.run_worker AS w
               WHERE w.run_id = r.run_id AND w.seen_until > pg_catalog.clock_timestamp()),
       r.restore_point, n.pending, n.running, coalesce(n.done, CASE WHEN r.outcome = 'done' THEN pg_catalog.jsonb_array_length(r.targets) END),
       n.failed, n.quarantined, n.blocked
FROM {history}.run AS r
CROSS JOIN LATERAL (
    SELECT sum(w.pending)::integer AS pending, sum(w.running)::integer AS running, sum(w.done)::integer AS done,
           sum(w.failed)::integer AS failed, sum(w.quarantined)::integer AS quarantined,
           sum(w.blocked)::integer AS blocked
    FROM {history}.run_wave AS w WHERE w.run_id = r.run_id) AS n
WHERE r.run_id::text LIKE %(prefix)s || '%%'
ORDER BY r.started_at DESC
LIMIT %(limit)s
