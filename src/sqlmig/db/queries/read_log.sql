SELECT at, run_id::text, track, schema_name, version, name, action, outcome,
       extract(epoch FROM duration)::float8, extract(epoch FROM lock_wait)::float8, attempts,
       actor, host, tool, git_commit, sqlstate, message, reason, detail
FROM {history}.log
WHERE (%(schemas)s::text[] = '{}' OR schema_name = ANY(%(schemas)s))
  AND (%(run)s::text IS NULL OR run_id::text LIKE %(run)s || '%%')
  AND (NOT %(failed)s OR outcome <> 'done')
ORDER BY id DESC
LIMIT %(limit)s
