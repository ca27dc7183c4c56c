-- Writes down a run with its frozen list of targets, unless another process is at work on the same manifest.
WITH begun AS (
    INSERT INTO {history}.run (run_id, command, actor, host, tool, git_commit, reason, targets,
                               state, manifest, goal, waves, options, parent)
    SELECT %(run_id)s, %(command)s, %(actor)s, %(host)s, %(tool)s, %(git_commit)s, %(reason)s, '[]',
           'running', %(manifest)s::bytea, %(goal)s::jsonb, %(waves)s::jsonb, %(options)s::jsonb, %(parent)s::uuid
    WHERE NOT EXISTS (
        SELECT FROM {history}.run AS r JOIN {history}.run_worker AS w USING (run_id)
        WHERE r.manifest = %(manifest)s::bytea AND r.state = 'running' AND w.seen_until > pg_catalog.clock_timestamp())
    -- After an answer was lost it is said again.
    ON CONFLICT (run_id) DO NOTHING
    RETURNING run_id
), worker AS (
    INSERT INTO {history}.run_worker (run_id, worker, host, pid, seen_until)
    SELECT run_id, %(worker)s, %(host)s, %(pid)s, pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => %(lease)s)
    FROM begun WHERE %(worker)s::text IS NOT NULL
), waves AS (
    INSERT INTO {history}.run_wave (run_id, wave, pending)
    SELECT begun.run_id, size.number - 1, size.items
    FROM begun, pg_catalog.unnest(%(sizes)s::integer[]) WITH ORDINALITY AS size(items, number)
)
INSERT INTO {history}.run_item (run_id, track, target, schema_name, wave, position)
SELECT begun.run_id, item.*
FROM begun, ROWS FROM (
    pg_catalog.unnest(%(tracks)s::text[]), pg_catalog.unnest(%(keys)s::text[]), pg_catalog.unnest(%(schemas)s::text[]),
    pg_catalog.unnest(%(item_waves)s::smallint[]), pg_catalog.unnest(%(positions)s::integer[])
) AS item
