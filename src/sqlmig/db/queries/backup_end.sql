-- How a backup ended.
UPDATE {history}.backup
SET state = %(state)s, manifest = %(manifest)s::jsonb, bytes = %(bytes)s, message = %(message)s,
    finished_at = clock_timestamp()
WHERE backup_id = %(backup_id)s;
