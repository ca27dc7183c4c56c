SELECT {history}.undo_settle(%(run_id)s::uuid, %(track)s, %(target)s, %(version)s, %(schema)s)
