UPDATE {history}.applied
SET name = %(name)s, algorithm = %(algorithm)s, checksum = %(checksum)s, rendered = %(rendered)s, down_checksum = %(down_checksum)s
WHERE track = %(track)s AND target = %(target)s AND version = %(version)s
