DELETE FROM {history}.repeatable WHERE track = %(track)s AND target = %(target)s AND name = %(name)s
