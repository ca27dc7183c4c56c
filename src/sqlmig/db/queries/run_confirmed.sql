-- Somebody said yes to what the run waits with; nothing happens when it waits for another reason by now, or not any more.
UPDATE {history}.run AS r
SET state = 'running', halted_reason = NULL, finished_at = NULL, outcome = NULL,
    hold_until = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => %(pause)s)
WHERE r.run_id = %(run_id)s AND r.state = 'paused' AND r.halted_reason = %(question)s
