-- The items of all runs that ended, but the last ones.
WITH old AS (
    UPDATE {history}.run SET pruned = true
    WHERE NOT pruned AND finished_at IS NOT NULL
      AND run_id NOT IN (SELECT run_id FROM {history}.run ORDER BY started_at DESC LIMIT %(keep)s)
    RETURNING run_id
), workers AS (
    DELETE FROM {history}.run_worker AS w USING old WHERE w.run_id = old.run_id
), items AS (
    DELETE FROM {history}.run_item AS i USING old WHERE i.run_id = old.run_id
)
SELECT count(*)::integer FROM old
