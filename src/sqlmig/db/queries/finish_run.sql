UPDATE {history}.run SET finished_at = pg_catalog.clock_timestamp(), outcome = %(outcome)s WHERE run_id = %(run_id)s
