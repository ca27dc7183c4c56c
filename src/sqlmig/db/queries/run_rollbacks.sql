-- The last rollbacks that did not come to their end, and how far they take their targets. Older ones are history.
SELECT r.run_id::text, r.options -> 'rollback' FROM {history}.run AS r
WHERE r.options ? 'rollback' AND r.state <> 'aborted' AND r.outcome IS DISTINCT FROM 'done' AND NOT r.pruned
ORDER BY r.started_at DESC
LIMIT 20
