SELECT restore_point FROM {history}.run WHERE run_id = %(run_id)s::uuid
