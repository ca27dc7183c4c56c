-- The history: what is applied, what ran, and the texts that ran. {history} is the schema's quoted name.
-- Run under the history's own advisory lock; each statement may find its work already done.
CREATE TABLE IF NOT EXISTS {history}.format (
    version     integer     NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_by  text        NOT NULL
);
INSERT INTO {history}.format (version, created_by)
SELECT {format}, {tool} WHERE NOT EXISTS (SELECT FROM {history}.format WHERE version = {format});

CREATE TABLE IF NOT EXISTS {history}.script (
    checksum    bytea       PRIMARY KEY,
    algorithm   smallint    NOT NULL,
    path        text        NOT NULL,
    body        text        NOT NULL,
    macros      jsonb       NOT NULL DEFAULT '{{}}',
    stored_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE {history}.script IS 'templates that ran, with the macro files they import, once per checksum';

CREATE TABLE IF NOT EXISTS {history}.run (
    run_id      uuid        PRIMARY KEY,
    command     text        NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    outcome     text,
    actor       text        NOT NULL,
    host        text        NOT NULL,
    tool        text        NOT NULL,
    git_commit  text,
    reason      text,
    targets     jsonb       NOT NULL
);
COMMENT ON TABLE {history}.run IS 'one execution of a plan with its frozen list of targets; unfinished while finished_at is null';
-- Format 2. What format 1 wrote has no state, and its list of targets in `targets`.
ALTER TABLE {history}.run
    ADD COLUMN IF NOT EXISTS state         text,
    ADD COLUMN IF NOT EXISTS manifest      bytea,
    ADD COLUMN IF NOT EXISTS goal          jsonb,
    ADD COLUMN IF NOT EXISTS waves         jsonb    NOT NULL DEFAULT '[]',
    ADD COLUMN IF NOT EXISTS wave          integer  NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS hold_until    timestamptz,
    ADD COLUMN IF NOT EXISTS options       jsonb    NOT NULL DEFAULT '{{}}',
    ADD COLUMN IF NOT EXISTS parent        uuid,
    ADD COLUMN IF NOT EXISTS halted_reason text,
    ADD COLUMN IF NOT EXISTS pruned        boolean  NOT NULL DEFAULT false;

CREATE TABLE IF NOT EXISTS {history}.run_item (
    run_id      uuid        NOT NULL,
    track       text        NOT NULL,
    target      text        NOT NULL,
    schema_name text        NOT NULL,
    wave        smallint    NOT NULL,
    stage       smallint    NOT NULL DEFAULT 0,
    position    integer     NOT NULL,
    state       text        NOT NULL DEFAULT 'pending',
    attempts    smallint    NOT NULL DEFAULT 0,
    waited      real        NOT NULL DEFAULT 0,
    not_before  timestamptz,
    worker      text,
    seconds     real,
    sqlstate    text,
    error       jsonb,
    updated_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run_id, track, target)
) WITH (fillfactor = 70);
COMMENT ON TABLE {history}.run_item IS 'the frozen list of a run: one row per target, with how it stands; old ones are pruned';
CREATE INDEX IF NOT EXISTS run_item_open_idx ON {history}.run_item (run_id, wave, stage, position)
    WHERE state IN ('pending', 'running');
CREATE INDEX IF NOT EXISTS run_item_due_idx ON {history}.run_item (run_id, wave, not_before)
    WHERE state = 'pending' AND not_before IS NOT NULL;

CREATE TABLE IF NOT EXISTS {history}.run_wave (
    run_id      uuid        NOT NULL,
    wave        smallint    NOT NULL,
    pending     integer     NOT NULL,
    running     integer     NOT NULL DEFAULT 0,
    done        integer     NOT NULL DEFAULT 0,
    failed      integer     NOT NULL DEFAULT 0,
    quarantined integer     NOT NULL DEFAULT 0,
    blocked     integer     NOT NULL DEFAULT 0,
    slowest     real        NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, wave)
) WITH (fillfactor = 50);
COMMENT ON TABLE {history}.run_wave IS 'how many items of a wave are in which state, kept with every change of run_item';

CREATE TABLE IF NOT EXISTS {history}.run_worker (
    run_id      uuid        NOT NULL,
    worker      text        NOT NULL,
    host        text        NOT NULL,
    pid         integer     NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_until  timestamptz NOT NULL,
    PRIMARY KEY (run_id, worker)
) WITH (fillfactor = 50);
COMMENT ON TABLE {history}.run_worker IS 'processes at work on a run; one that is not seen again by seen_until is gone, and others take its items';

CREATE TABLE IF NOT EXISTS {history}.target (
    track       text        NOT NULL,
    target      text        NOT NULL,
    schema_name text        NOT NULL,
    digest      bytea       NOT NULL,
    head        bigint      NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (track, target)
);
COMMENT ON TABLE {history}.target IS 'one row per track and target: digest of all that is applied, and the highest version';

CREATE TABLE IF NOT EXISTS {history}.applied (
    track         text        NOT NULL,
    target        text        NOT NULL,
    version       bigint      NOT NULL,
    name          text        NOT NULL,
    algorithm     smallint    NOT NULL,
    checksum      bytea       NOT NULL,
    rendered      bytea       NOT NULL,
    down_checksum bytea,
    baseline      boolean     NOT NULL DEFAULT false,
    run_id        uuid        NOT NULL,
    applied_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (track, target, version)
);
COMMENT ON TABLE {history}.applied IS 'migrations that count as applied now';

CREATE TABLE IF NOT EXISTS {history}.repeatable (
    track       text        NOT NULL,
    target      text        NOT NULL,
    name        text        NOT NULL,
    algorithm   smallint    NOT NULL,
    checksum    bytea       NOT NULL,
    rendered    bytea       NOT NULL,
    run_id      uuid        NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (track, target, name)
);
COMMENT ON TABLE {history}.repeatable IS 'repeatables as they were applied last';

CREATE TABLE IF NOT EXISTS {history}.progress (
    track       text        NOT NULL,
    target      text        NOT NULL,
    version     bigint,
    name        text        NOT NULL,
    direction   text        NOT NULL,
    checksum    bytea       NOT NULL,
    rendered    bytea       NOT NULL,
    done        integer     NOT NULL,
    total       integer     NOT NULL,
    began       boolean     NOT NULL,
    existed     boolean     NOT NULL,
    statement   text,
    run_id      uuid        NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (track, target)
);
COMMENT ON TABLE {history}.progress IS 'migrations outside a transaction that were begun and are not finished';

CREATE TABLE IF NOT EXISTS {history}.log (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    run_id       uuid        NOT NULL,
    track        text        NOT NULL,
    target       text        NOT NULL,
    schema_name  text        NOT NULL,
    version      bigint,
    name         text        NOT NULL,
    action       text        NOT NULL,
    outcome      text        NOT NULL,
    duration     interval    NOT NULL,
    lock_wait    interval    NOT NULL DEFAULT '0',
    attempts     integer     NOT NULL DEFAULT 1,
    actor        text        NOT NULL DEFAULT session_user,
    host         text        NOT NULL,
    tool         text        NOT NULL,
    git_commit   text,
    sqlstate     text,
    message      text,
    reason       text,
    detail       jsonb
);
COMMENT ON TABLE {history}.log IS 'every attempt ever, append only';
CREATE INDEX IF NOT EXISTS log_target_idx ON {history}.log (track, target, id);

CREATE OR REPLACE FUNCTION {history}.keep_log() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
    RAISE EXCEPTION 'the log of sqlmig is append only';
END
$keep$;
CREATE OR REPLACE TRIGGER keep_log BEFORE UPDATE OR DELETE OR TRUNCATE ON {history}.log
    FOR EACH STATEMENT EXECUTE FUNCTION {history}.keep_log();
