-- Backups, the newest first.
SELECT backup_id, target, slug, schema_name, url, state, reason, run_id::text, manifest, bytes, message, actor, host,
    started_at, finished_at
FROM {history}.backup
ORDER BY started_at DESC, backup_id DESC;
