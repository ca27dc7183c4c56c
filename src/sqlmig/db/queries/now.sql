SELECT pg_catalog.pg_backend_pid(),
       pg_catalog.to_regnamespace(pg_catalog.quote_ident(%(schema)s)) IS NOT NULL,
       (SELECT pg_catalog.encode(digest, 'hex') FROM {history}.target WHERE track = %(track)s AND target = %(target)s)
