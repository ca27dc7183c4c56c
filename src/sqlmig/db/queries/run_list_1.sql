-- The same of a history that format 1 wrote.
SELECT r.run_id::text, r.command, CASE WHEN r.finished_at IS NULL THEN 'running' ELSE 'finished' END,
       r.started_at, r.finished_at, r.outcome, r.actor, r.host, r.tool, r.git_commit, r.reason, 0, '{}'::text[], false,
       NULL,       NULL, NULL, CASE WHEN r.outcome = 'done' THEN pg_catalog.jsonb_array_length(r.targets) END, NULL, NULL, NULL
FROM {history}.run AS r
WHERE r.run_id::text LIKE %(prefix)s || '%%'
ORDER BY r.started_at DESC
LIMIT %(limit)s
