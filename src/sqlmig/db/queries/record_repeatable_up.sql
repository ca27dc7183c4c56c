INSERT INTO {history}.repeatable (track, target, name, algorithm, checksum, rendered, run_id)
VALUES (%(track)s, %(target)s, %(name)s, %(algorithm)s, %(checksum)s, %(rendered)s, %(run_id)s)
ON CONFLICT (track, target, name) DO UPDATE
SET algorithm = excluded.algorithm, checksum = excluded.checksum, rendered = excluded.rendered,
    run_id = excluded.run_id, applied_at = pg_catalog.clock_timestamp()
