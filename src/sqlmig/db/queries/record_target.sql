INSERT INTO {history}.target AS t (track, target, schema_name, digest, head)
VALUES (%(track)s, %(target)s, %(schema_name)s, %(digest)s,
        (SELECT coalesce(max(version), 0) FROM {history}.applied WHERE track = %(track)s AND target = %(target)s))
ON CONFLICT (track, target) DO UPDATE
SET schema_name = excluded.schema_name, digest = excluded.digest, head = excluded.head,
    updated_at = pg_catalog.clock_timestamp()
