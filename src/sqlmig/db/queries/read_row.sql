SELECT pg_catalog.to_jsonb(a) FROM {history}.applied a
WHERE track = %(track)s AND target = %(target)s AND version = %(version)s
