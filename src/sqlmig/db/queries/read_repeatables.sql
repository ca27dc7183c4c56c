SELECT name, pg_catalog.encode(checksum, 'hex') FROM {history}.repeatable WHERE track = %(track)s AND target = %(target)s
