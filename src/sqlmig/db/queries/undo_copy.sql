SELECT {history}.undo_copy(%(run_id)s::uuid, %(track)s, %(target)s, %(version)s, %(statement)s, %(destroys)s, %(schema)s,
    %(source_schema)s, %(source)s, %(columns)s::text[], %(below)s, pg_catalog.make_interval(secs => %(keep)s))
