-- A backup that is about to be written; it stays `running` until its end, or until its session is gone.
INSERT INTO {history}.backup (backup_id, target, slug, schema_name, url, state, reason, run_id, host)
VALUES (
    %(backup_id)s, %(target)s, %(slug)s, %(schema_name)s, %(url)s, 'running', %(reason)s, %(run_id)s::uuid, %(host)s
);
