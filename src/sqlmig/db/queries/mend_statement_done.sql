UPDATE {history}.progress SET done = done + 1, began = false, statement = NULL, rendered = %(rendered)s
WHERE track = %(track)s AND target = %(target)s AND began
