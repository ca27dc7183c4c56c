UPDATE {history}.run
SET finished_at = pg_catalog.clock_timestamp(), outcome = 'interrupted',
    reason = pg_catalog.concat_ws('; ', reason, 'it never said how it ended; a later run found its targets where they should be')
WHERE finished_at IS NULL AND %(targets)s::jsonb @> targets
