SELECT DISTINCT ON (a.version) a.version, a.name,
       pg_catalog.encode(u.checksum, 'hex'), u.path, u.body, u.macros,
       pg_catalog.encode(d.checksum, 'hex'), d.path, d.body, d.macros
FROM {history}.applied a
JOIN {history}.script u ON u.checksum = a.checksum
LEFT JOIN {history}.script d ON d.checksum = a.down_checksum
WHERE a.track = %(track)s AND a.version = ANY(%(versions)s)
ORDER BY a.version, a.applied_at DESC
