-- What the worker has claimed goes back; it is not seen again.
WITH gone AS (
    DELETE FROM {history}.run_worker WHERE run_id = %(run_id)s AND worker = %(worker)s
), back AS (
    UPDATE {history}.run_item
    SET state = 'pending', worker = NULL, updated_at = pg_catalog.clock_timestamp()
    WHERE run_id = %(run_id)s AND state = 'running' AND worker = %(worker)s
    RETURNING wave
)
UPDATE {history}.run_wave AS w SET pending = w.pending + b.items, running = w.running - b.items
FROM (SELECT wave, count(*) AS items FROM back GROUP BY wave) AS b
WHERE w.run_id = %(run_id)s AND w.wave = b.wave
