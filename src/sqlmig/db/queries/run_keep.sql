-- After an answer was lost: what the worker has without knowing it goes back.
WITH back AS (
    UPDATE {history}.run_item AS i
    SET state = 'pending', worker = NULL, updated_at = pg_catalog.clock_timestamp()
    WHERE i.run_id = %(run_id)s AND i.state = 'running' AND i.worker = %(worker)s
      AND NOT EXISTS (SELECT FROM ROWS FROM (pg_catalog.unnest(%(held_tracks)s::text[]), pg_catalog.unnest(%(held_keys)s::text[]))
                      AS held(track, target) WHERE held.track = i.track AND held.target = i.target)
    RETURNING i.wave
)
UPDATE {history}.run_wave AS w SET pending = w.pending + b.items, running = w.running - b.items
FROM (SELECT wave, count(*) AS items FROM back GROUP BY wave) AS b
WHERE w.run_id = %(run_id)s AND w.wave = b.wave
