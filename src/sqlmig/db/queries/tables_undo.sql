-- Copies of what destructive statements destroy. {history} is the history's schema, quoted. Format 3.
CREATE TABLE IF NOT EXISTS {history}.undo (
    undo_id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id       uuid        NOT NULL,
    track        text        NOT NULL,
    target       text        NOT NULL,
    version      bigint      NOT NULL,
    statement    integer     NOT NULL,
    source       text        NOT NULL,
    copy         text        NOT NULL,
    key_columns  text[]      NOT NULL DEFAULT '{{}}',
    columns      text[]      NOT NULL DEFAULT '{{}}',
    rows         bigint      NOT NULL,
    bytes        bigint      NOT NULL,
    kept_until   timestamptz NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS undo_target_idx ON {history}.undo (track, target, version);
COMMENT ON TABLE {history}.undo IS 'what a destructive statement destroyed: the copy is a table of its own, dropped after kept_until';
