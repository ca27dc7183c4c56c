SELECT target, version, pg_catalog.encode(rendered, 'hex')
FROM {history}.applied WHERE track = %(track)s AND version = ANY(%(versions)s)
