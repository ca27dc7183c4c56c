-- Where one tenant stands in each of its tracks.
SELECT track, head, pg_catalog.encode(digest, 'hex')
FROM {history}.target
WHERE target = %(target)s AND track = ANY(%(tracks)s)
ORDER BY track;
