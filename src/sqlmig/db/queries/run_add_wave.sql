-- One more wave behind the last, unless another process was first.
WITH wave AS (
    INSERT INTO {history}.run_wave (run_id, wave, pending)
    VALUES (%(run_id)s, %(wave)s, pg_catalog.cardinality(%(keys)s::text[]))
    ON CONFLICT DO NOTHING
    RETURNING run_id
), named AS (
    UPDATE {history}.run AS r SET waves = r.waves || %(named)s::jsonb FROM wave WHERE r.run_id = wave.run_id
)
INSERT INTO {history}.run_item (run_id, track, target, schema_name, wave, position)
SELECT wave.run_id, item.track, item.target, item.schema_name, %(wave)s, item.position
FROM wave, ROWS FROM (
    pg_catalog.unnest(%(tracks)s::text[]), pg_catalog.unnest(%(keys)s::text[]), pg_catalog.unnest(%(schemas)s::text[])
) WITH ORDINALITY AS item(track, target, schema_name, position)
