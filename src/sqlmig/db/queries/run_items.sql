-- The items of the only run whose id begins like this.
SELECT i.track, i.target, i.schema_name, i.wave, i.state, i.attempts, i.worker, i.seconds, i.error
FROM {history}.run_item AS i
WHERE i.run_id = (SELECT CASE WHEN count(*) = 1 THEN min(r.run_id::text)::uuid END FROM {history}.run AS r
                  WHERE r.run_id::text LIKE %(prefix)s || '%%')
ORDER BY i.wave, i.position
