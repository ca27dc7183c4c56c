-- The last run with this manifest.
SELECT r.run_id::text FROM {history}.run AS r WHERE r.manifest = %(manifest)s ORDER BY r.started_at DESC LIMIT 1
