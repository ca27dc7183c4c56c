-- The last apply; or the last run of those that `run resume` can go on with.
SELECT r.run_id::text FROM {history}.run AS r
WHERE CASE WHEN r.options ? 'rollback' THEN %(unfinished)s AND r.outcome IS DISTINCT FROM 'done' ELSE r.goal IS NOT NULL END
  AND (NOT %(unfinished)s OR (r.state <> 'aborted' AND (
      -- Shared tracks have no items.
      r.options ? 'rollback' AND r.waves = '[]' OR EXISTS (
      SELECT FROM {history}.run_wave AS w
      WHERE w.run_id = r.run_id AND w.pending + w.running + w.blocked
          + CASE WHEN r.options ? 'rollback' THEN w.failed + w.quarantined ELSE 0 END > 0))))
ORDER BY r.started_at DESC
LIMIT 1
