-- The seconds that each target took in the last run that is known to have been through with it.
SELECT i.track, i.target, i.seconds
FROM {history}.run_item AS i
WHERE i.run_id = (SELECT r.run_id FROM {history}.run AS r
                  WHERE r.outcome = 'done' AND NOT r.pruned AND r.goal IS NOT NULL ORDER BY r.started_at DESC LIMIT 1)
  AND i.seconds IS NOT NULL
