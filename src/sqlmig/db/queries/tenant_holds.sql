SELECT t.target, h.track, (h.held ->> 'at')::bigint, h.held ->> 'reason'
FROM {history}.tenant AS t, LATERAL pg_catalog.jsonb_each(t.hold) AS h(track, held)
WHERE t.hold <> '{}'
