{history}.record_step(%(run_id)s, %(track)s, %(target)s, %(schema_name)s, %(version)s, %(name)s, %(action)s, %(algorithm)s,
    %(checksum)s, %(rendered)s, %(down_checksum)s, %(digest)s, %(duration)s, %(behind)s, %(lock_wait)s, %(attempts)s,
    %(actor)s, %(host)s, %(tool)s, %(git_commit)s, %(detail)s)
