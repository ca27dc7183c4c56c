-- The items of runs that ended long ago; the log keeps what happened.
WITH old AS (
    UPDATE {history}.run SET pruned = true
    WHERE NOT pruned AND finished_at < pg_catalog.clock_timestamp() - interval '90 days'
    RETURNING run_id
), workers AS (
    DELETE FROM {history}.run_worker AS w USING old WHERE w.run_id = old.run_id
)
DELETE FROM {history}.run_item AS i USING old WHERE i.run_id = old.run_id
