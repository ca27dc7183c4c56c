SELECT version, name, pg_catalog.encode(checksum, 'hex'), pg_catalog.encode(down_checksum, 'hex'), baseline
FROM {history}.applied WHERE track = %(track)s AND target = %(target)s ORDER BY version
