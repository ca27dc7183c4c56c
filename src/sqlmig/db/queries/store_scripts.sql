INSERT INTO {history}.script (checksum, algorithm, path, body, macros)
SELECT s.checksum, %(algorithm)s, s.path, s.body, s.macros::jsonb
FROM unnest(%(checksums)s::bytea[], %(paths)s::text[], %(bodies)s::text[], %(macros)s::text[]) AS s(checksum, path, body, macros)
ON CONFLICT (checksum) DO NOTHING
