-- What sqlmig keeps beside procrastinate's tables, in the queue's schema, which is first in search_path.
CREATE TABLE sqlmig_format (
    version     integer     NOT NULL,
    migration   text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN sqlmig_format.migration IS 'the last of procrastinate''s own migrations that these tables have';

CREATE TABLE sqlmig_attempt (
    job_id      bigint      PRIMARY KEY REFERENCES procrastinate_jobs (id) ON DELETE CASCADE,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    ending      text        NOT NULL,
    message     text        NOT NULL,
    state       text,
    next        text,
    place       text,
    host        text        NOT NULL
);
COMMENT ON TABLE sqlmig_attempt IS 'the last attempt at a job that did not end well';
