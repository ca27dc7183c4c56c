SELECT track, target FROM {history}.run_item
WHERE run_id = %(run_id)s AND state IN ('failed', 'quarantined', 'blocked')
ORDER BY wave, position
