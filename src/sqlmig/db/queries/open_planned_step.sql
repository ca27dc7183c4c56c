SELECT {history}.open_planned_step(%(shared_key)s, %(exclusive)s, %(target_key)s, %(track)s, %(target)s, %(schema_name)s, %(planned)s)
