-- What counted as applied to a tenant that is gone, as JSON for the log: it counts no longer.
WITH gone AS (
    DELETE FROM {history}.applied WHERE target = %(target)s AND track = ANY(%(tracks)s) RETURNING track, version, name, applied_at
), repeatables AS (
    DELETE FROM {history}.repeatable WHERE target = %(target)s AND track = ANY(%(tracks)s) RETURNING track, name
), progress AS (
    DELETE FROM {history}.progress WHERE target = %(target)s AND track = ANY(%(tracks)s)
), copies AS (
    -- Another tenant may have this key one day. What was copied of this one is no business of its, and goes at the next chance.
    UPDATE {history}.undo SET kept_until = pg_catalog.clock_timestamp(), put_back_at = coalesce(put_back_at, pg_catalog.clock_timestamp())
    WHERE target = %(target)s AND track = ANY(%(tracks)s)
), targets AS (
    DELETE FROM {history}.target WHERE target = %(target)s AND track = ANY(%(tracks)s) RETURNING track, head
)
SELECT pg_catalog.jsonb_build_object(
    'heads', (SELECT coalesce(pg_catalog.jsonb_object_agg(track, head), '{}') FROM targets),
    'applied', (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(gone) ORDER BY track, version), '[]') FROM gone),
    'repeatables', (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(repeatables)), '[]') FROM repeatables))
