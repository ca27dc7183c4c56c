-- How a run ended, as far as it did: not while others go on with it; one that waits goes on waiting while items are open.
WITH standing AS (
    SELECT r.run_id, r.state,
           EXISTS (SELECT FROM {history}.run_wave AS w WHERE w.run_id = r.run_id AND w.pending + w.running > 0) AS open,
           EXISTS (SELECT FROM {history}.run_worker AS w
                   WHERE w.run_id = r.run_id AND w.seen_until > pg_catalog.clock_timestamp()) AS alive
    FROM {history}.run AS r WHERE r.run_id = %(run_id)s FOR UPDATE OF r
), ended AS (
    UPDATE {history}.run AS r
    SET state = CASE WHEN s.state = 'running' OR (NOT s.open AND s.state <> 'aborted') THEN 'finished' ELSE s.state END,
        finished_at = CASE WHEN s.state IN ('running', 'aborted') OR NOT s.open THEN pg_catalog.clock_timestamp() END,
        -- Of several processes that end together, each knows what it did itself: the worst counts.
        outcome = (SELECT o.outcome FROM pg_catalog.unnest(%(worst_first)s::text[]) WITH ORDINALITY AS o(outcome, number)
                   WHERE o.outcome IN (r.outcome, %(outcome)s) ORDER BY o.number LIMIT 1)
    FROM standing AS s
    WHERE r.run_id = s.run_id AND NOT (s.open AND s.alive)
    RETURNING r.state
)
SELECT coalesce((SELECT state FROM ended), (SELECT state FROM standing))
