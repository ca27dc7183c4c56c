-- An earlier wave may have items again; a run that goes on already keeps its pause between waves.
UPDATE {history}.run AS r
SET state = 'running', finished_at = NULL, outcome = NULL, halted_reason = NULL,
    hold_until = CASE WHEN r.state = 'running' THEN r.hold_until END,
    wave = coalesce((SELECT min(w.wave) FROM {history}.run_wave AS w
                     WHERE w.run_id = r.run_id AND w.pending + w.running > 0), r.wave)
WHERE r.run_id = %(run_id)s
