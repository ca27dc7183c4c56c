-- The lease of all that this worker has.
UPDATE {history}.run_worker
SET seen_until = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => %(lease)s)
WHERE run_id = %(run_id)s AND worker = %(worker)s
