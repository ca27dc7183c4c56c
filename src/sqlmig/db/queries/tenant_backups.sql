SELECT backup_id, state, url, bytes, started_at FROM {history}.backup
WHERE target = %(target)s ORDER BY started_at DESC LIMIT %(limit)s
