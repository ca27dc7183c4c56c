-- An allowed move, or none; either way the state that the run was in.
WITH found AS (
    SELECT run_id, coalesce(state, CASE WHEN finished_at IS NULL THEN 'running' ELSE 'finished' END) AS state
    FROM {history}.run WHERE run_id = %(run_id)s FOR UPDATE
), moved AS (
    UPDATE {history}.run AS r
    SET state = %(state)s, halted_reason = %(reason)s,
        finished_at = CASE WHEN %(state)s IN ('aborted', 'finished') THEN pg_catalog.clock_timestamp() END,
        outcome = CASE %(state)s WHEN 'aborted' THEN 'interrupted' WHEN 'finished' THEN r.outcome END
    FROM found AS f
    WHERE r.run_id = f.run_id AND f.state = ANY(%(sources)s::text[])
)
SELECT state FROM found
