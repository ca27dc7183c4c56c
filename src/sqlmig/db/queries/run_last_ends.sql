-- The errors of the targets that ended last, the last one first; none where all went well.
SELECT CASE WHEN i.state <> 'done' THEN i.error END FROM {history}.run_item AS i
WHERE i.run_id = %(run_id)s AND i.state IN ('done', 'failed', 'blocked')
ORDER BY i.updated_at DESC
LIMIT %(count)s
