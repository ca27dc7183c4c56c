-- A tenant that was made from a snapshot: the rows that a run of every file would have left, and one entry in the log.
WITH migrations AS (
    INSERT INTO {history}.applied (track, target, version, name, algorithm, checksum, rendered, down_checksum, run_id)
    SELECT %(track)s, %(target)s, m.version, m.name, %(algorithm)s, m.checksum, m.rendered, m.down_checksum, %(run_id)s
    FROM ROWS FROM (
        pg_catalog.unnest(%(versions)s::bigint[]), pg_catalog.unnest(%(names)s::text[]), pg_catalog.unnest(%(checksums)s::bytea[]),
        pg_catalog.unnest(%(rendered)s::bytea[]), pg_catalog.unnest(%(down_checksums)s::bytea[])
    ) AS m(version, name, checksum, rendered, down_checksum)
), repeatables AS (
    INSERT INTO {history}.repeatable (track, target, name, algorithm, checksum, rendered, run_id)
    SELECT %(track)s, %(target)s, r.name, %(algorithm)s, r.checksum, r.rendered, %(run_id)s
    FROM ROWS FROM (
        pg_catalog.unnest(%(repeatable_names)s::text[]), pg_catalog.unnest(%(repeatable_checksums)s::bytea[]),
        pg_catalog.unnest(%(repeatable_rendered)s::bytea[])
    ) AS r(name, checksum, rendered)
), standing AS (
    INSERT INTO {history}.target (track, target, schema_name, digest, head)
    VALUES (%(track)s, %(target)s, %(schema_name)s, %(digest)s, %(head)s)
)
INSERT INTO {history}.log (run_id, track, target, schema_name, version, name, action, outcome, duration,
                           actor, host, tool, git_commit, detail)
VALUES (%(run_id)s, %(track)s, %(target)s, %(schema_name)s, %(version)s, %(name)s, 'snapshot', 'done',
        pg_catalog.clock_timestamp() - pg_catalog.statement_timestamp(),
        %(actor)s, %(host)s, %(tool)s, %(git_commit)s, %(detail)s)
