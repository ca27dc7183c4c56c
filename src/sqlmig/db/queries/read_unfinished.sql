SELECT run_id::text, command, started_at, actor, host FROM {history}.run WHERE finished_at IS NULL ORDER BY started_at
