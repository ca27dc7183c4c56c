SELECT {history}.written_elsewhere(%(schema)s)
