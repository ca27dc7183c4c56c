-- check: fk-to-shared-table
-- severity: error
-- applies: schemas
-- title: A foreign key leads from each tenant to a table that all of them share.
-- reason: A DELETE there looks into every tenant's table and takes a lock on each. When there are more of them than
--   the lock table has room for it fails, and with it every other statement that needs a lock: then it is an error.
--   Dropping the key, or a tenant, locks the shared table against reading.
-- decide: Do without the key and check the value where it is written, or give each tenant a copy of the shared rows.
WITH key AS (
    SELECT n.nspname AS schema, t.relname AS object, c.conname AS name, other.nspname AS other_schema,
        parent.relname AS other_name, pg_catalog.count(*) OVER (PARTITION BY c.confrelid) AS tables
    FROM pg_catalog.pg_constraint AS c
    JOIN pg_catalog.pg_class AS t ON t.oid = c.conrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
    JOIN pg_catalog.pg_class AS parent ON parent.oid = c.confrelid AND parent.relnamespace <> t.relnamespace
    JOIN pg_catalog.pg_namespace AS other ON other.oid = parent.relnamespace
    WHERE c.contype = 'f' AND c.conparentid = 0
        AND n.nspname = ANY (:'tenant_schemas'::name[]) AND other.nspname <> ALL (:'tenant_schemas'::name[])
),
room AS (
    SELECT pg_catalog.current_setting('max_locks_per_transaction')::bigint * (
        pg_catalog.current_setting('max_connections')::bigint
        + pg_catalog.current_setting('max_prepared_transactions')::bigint
    ) AS locks
)
SELECT key.schema, key.object,
    CASE
        WHEN key.tables >= room.locks THEN 'error'
        WHEN (key.other_schema || '.' || key.other_name) LIKE ANY (:'small_tables'::text[]) THEN 'note'
        ELSE 'warning'
    END AS severity,
    pg_catalog.format(
        '%I refers to %I.%I: a DELETE there locks the table of each such key, %s in all; there is room for %s locks',
        key.name, key.other_schema, key.other_name, key.tables, room.locks
    ) AS detail,
    NULL AS fix
FROM key CROSS JOIN room
WHERE key.schema = ANY (:'schemas'::name[]);
