-- The last run over a fleet; or the last of those that `run resume` can go on with.
SELECT r.run_id::text FROM {history}.run AS r
WHERE r.goal IS NOT NULL
  AND (NOT %(unfinished)s OR (r.state <> 'aborted' AND EXISTS (
      SELECT FROM {history}.run_wave AS w
      WHERE w.run_id = r.run_id AND w.pending + w.running + w.blocked > 0)))
ORDER BY r.started_at DESC
LIMIT 1
