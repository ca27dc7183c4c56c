SELECT * FROM {history}.open_step(%(shared_key)s, %(exclusive)s, %(target_key)s, %(objects_key)s, %(track)s, %(target)s, %(schema)s)
