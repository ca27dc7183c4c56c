SELECT track, target, pg_catalog.encode(digest, 'hex') FROM {history}.target WHERE track = ANY(%(tracks)s)
