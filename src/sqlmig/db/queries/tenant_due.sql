SELECT target, coalesce(drop_after <= pg_catalog.clock_timestamp(), false) FROM {history}.tenant
WHERE state IN ('dropping', 'purging')
