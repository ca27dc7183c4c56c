SELECT l.at, l.run_id::text, l.track, l.schema_name, l.version, l.name, l.action, l.outcome,
       extract(epoch FROM l.duration)::float8, extract(epoch FROM l.lock_wait)::float8, l.attempts,
       l.actor, l.host, l.tool, l.git_commit, l.sqlstate, l.message, l.reason, l.detail
FROM {history}.log AS l WHERE l.target = %(target)s AND l.track = ANY(%(tracks)s)
ORDER BY l.id DESC LIMIT %(limit)s
