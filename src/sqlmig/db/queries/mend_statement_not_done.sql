UPDATE {history}.progress SET began = false, statement = NULL WHERE track = %(track)s AND target = %(target)s AND began
