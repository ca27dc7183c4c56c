UPDATE {history}.run SET restore_point = %(point)s::pg_catalog.jsonb WHERE run_id = %(run_id)s::uuid
