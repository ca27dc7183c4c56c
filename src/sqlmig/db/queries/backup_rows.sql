-- What the history says of one tenant, as it stands in a backup.
SELECT pg_catalog.json_build_object(
    'target', (SELECT coalesce(pg_catalog.json_agg(t ORDER BY t.track), '[]') FROM {history}.target t
        WHERE t.target = %(target)s AND t.track = ANY(%(tracks)s)),
    'applied', (SELECT coalesce(pg_catalog.json_agg(a ORDER BY a.track, a.version), '[]') FROM {history}.applied a
        WHERE a.target = %(target)s AND a.track = ANY(%(tracks)s)),
    'repeatable', (SELECT coalesce(pg_catalog.json_agg(r ORDER BY r.track, r.name), '[]') FROM {history}.repeatable r
        WHERE r.target = %(target)s AND r.track = ANY(%(tracks)s)),
    'progress', (SELECT coalesce(pg_catalog.json_agg(p ORDER BY p.track), '[]') FROM {history}.progress p
        WHERE p.target = %(target)s AND p.track = ANY(%(tracks)s)),
    'script', (SELECT coalesce(pg_catalog.json_agg(s ORDER BY s.path, s.checksum), '[]') FROM {history}.script s
        WHERE s.checksum IN (
            SELECT pg_catalog.unnest(ARRAY[a.checksum, a.down_checksum]) FROM {history}.applied a
            WHERE a.target = %(target)s AND a.track = ANY(%(tracks)s)
            UNION SELECT r.checksum FROM {history}.repeatable r
            WHERE r.target = %(target)s AND r.track = ANY(%(tracks)s))),
    'log', (SELECT coalesce(pg_catalog.json_agg(l ORDER BY l.id), '[]') FROM {history}.log l
        WHERE l.target = %(target)s AND l.track = ANY(%(tracks)s))
)::text;
