INSERT INTO {history}.applied
    (track, target, version, name, algorithm, checksum, rendered, down_checksum, baseline, run_id)
VALUES (%(track)s, %(target)s, %(version)s, %(name)s, %(algorithm)s, %(checksum)s, %(rendered)s, %(down_checksum)s, true,
        %(run_id)s)
