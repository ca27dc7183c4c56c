DELETE FROM {history}.progress WHERE track = %(track)s AND target = %(target)s
