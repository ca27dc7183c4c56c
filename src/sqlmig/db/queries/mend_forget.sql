DELETE FROM {history}.applied WHERE track = %(track)s AND target = %(target)s AND version = %(version)s
