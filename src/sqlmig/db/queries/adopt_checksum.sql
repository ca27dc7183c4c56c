UPDATE {history}.applied SET checksum = %(checksum)s, down_checksum = %(down_checksum)s, name = %(name)s
WHERE track = %(track)s AND version = %(version)s AND checksum = %(old)s AND target = ANY(%(targets)s)
