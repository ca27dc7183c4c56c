SELECT track, target, version, name, direction, pg_catalog.encode(checksum, 'hex'), pg_catalog.encode(rendered, 'hex'),
       done, total, began, existed, statement, run_id::text, at
FROM {history}.progress
