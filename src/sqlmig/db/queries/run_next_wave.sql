-- On to the next wave that has something to do, or behind the last one: once, and only when this one is over.
UPDATE {history}.run AS r
SET wave = (SELECT coalesce(min(w.wave) FILTER (WHERE w.pending + w.running > 0), max(w.wave) + 1)
            FROM {history}.run_wave AS w WHERE w.run_id = r.run_id AND w.wave >= r.wave),
    hold_until = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => %(pause)s),
    state = CASE WHEN %(confirm)s::text IS NULL THEN 'running' ELSE 'paused' END,
    halted_reason = %(confirm)s
WHERE r.run_id = %(run_id)s AND r.wave = %(wave)s AND r.state = 'running'
  AND NOT EXISTS (SELECT FROM {history}.run_item AS i
                  WHERE i.run_id = r.run_id AND i.wave = r.wave AND i.state IN ('pending', 'running'))
RETURNING true
