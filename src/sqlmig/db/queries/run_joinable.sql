SELECT r.run_id::text
FROM {history}.run AS r
WHERE r.manifest = %(manifest)s AND r.state = 'running'
  AND EXISTS (SELECT FROM {history}.run_worker AS w
              WHERE w.run_id = r.run_id AND w.seen_until > pg_catalog.clock_timestamp())
ORDER BY r.started_at DESC
LIMIT 1
