UPDATE {history}.target SET digest = %(digest)s, updated_at = pg_catalog.clock_timestamp()
WHERE track = %(track)s AND digest = %(old)s AND target = ANY(%(targets)s)
