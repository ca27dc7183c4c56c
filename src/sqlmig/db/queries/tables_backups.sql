-- Backups of tenants, and the points in time that a database can be recovered to. {history} is the history's schema, quoted. Format 3.
CREATE TABLE IF NOT EXISTS {history}.backup (
    backup_id    text        PRIMARY KEY,
    target       text        NOT NULL,
    slug         text        NOT NULL,
    schema_name  text        NOT NULL,
    url          text        NOT NULL,
    state        text        NOT NULL CHECK (state IN ('running', 'done', 'failed', 'pruned')),
    reason       text,
    run_id       uuid,
    manifest     jsonb       NOT NULL DEFAULT '{{}}',
    bytes        bigint,
    message      text,
    actor        text        NOT NULL DEFAULT session_user,
    host         text        NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at  timestamptz
);
CREATE INDEX IF NOT EXISTS backup_target_idx ON {history}.backup (target, started_at);
COMMENT ON TABLE {history}.backup IS 'backups of single tenants: where each is, and what it holds; url has no secret in it';

ALTER TABLE {history}.run ADD COLUMN IF NOT EXISTS restore_point jsonb;
