INSERT INTO {history}.progress (track, target, version, name, direction, checksum, rendered, done, total, began, existed, statement, run_id)
VALUES (%(track)s, %(target)s, %(version)s, %(name)s, %(direction)s, %(checksum)s, %(rendered)s, %(done)s, %(total)s,
        %(began)s, %(existed)s, %(statement)s, %(run_id)s)
ON CONFLICT (track, target) DO UPDATE
SET version = excluded.version, name = excluded.name, direction = excluded.direction, checksum = excluded.checksum,
    rendered = excluded.rendered, done = excluded.done, total = excluded.total, began = excluded.began,
    existed = excluded.existed, statement = excluded.statement, run_id = excluded.run_id, at = pg_catalog.clock_timestamp()
