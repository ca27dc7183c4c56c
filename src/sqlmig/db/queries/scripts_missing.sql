SELECT pg_catalog.encode(wanted.checksum, 'hex')
FROM pg_catalog.unnest(%(checksums)s::bytea[]) AS wanted(checksum)
WHERE NOT EXISTS (SELECT FROM {history}.script AS s WHERE s.checksum = wanted.checksum)
