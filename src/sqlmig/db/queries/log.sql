INSERT INTO {history}.log (run_id, track, target, schema_name, version, name, action, outcome, duration, lock_wait, attempts,
                           actor, host, tool, git_commit, sqlstate, message, reason, detail)
VALUES (%(run_id)s, %(track)s, %(target)s, %(schema_name)s, %(version)s, %(name)s, %(action)s, %(outcome)s,
        pg_catalog.make_interval(secs => %(duration)s), pg_catalog.make_interval(secs => %(lock_wait)s), %(attempts)s,
        %(actor)s, %(host)s, %(tool)s, %(git_commit)s, %(sqlstate)s, %(message)s, %(reason)s, %(detail)s)
