DELETE FROM {history}.applied WHERE track = %(track)s AND target = %(target)s;
DELETE FROM {history}.repeatable WHERE track = %(track)s AND target = %(target)s;
DELETE FROM {history}.progress WHERE track = %(track)s AND target = %(target)s;
DELETE FROM {history}.target WHERE track = %(track)s AND target = %(target)s
