UPDATE {history}.applied SET version = %(new_version)s, name = %(name)s
WHERE track = %(track)s AND target = %(target)s AND version = %(version)s
