SELECT source, destroys, put_back, copy, reason FROM {history}.undo_put_back(%(track)s, %(target)s, %(version)s, %(schema)s)
