INSERT INTO {history}.run (run_id, command, actor, host, tool, git_commit, reason, targets)
VALUES (%(run_id)s, %(command)s, %(actor)s, %(host)s, %(tool)s, %(git_commit)s, %(reason)s, %(targets)s::jsonb)
