-- check: no-primary-key
-- severity: warning
-- title: A table has no primary key.
-- reason: Nothing tells two equal rows apart. Once the table is published, UPDATE and DELETE on it fail.
-- decide: Which columns tell its rows apart; or a new column, for instance an identity.
SELECT n.nspname AS schema, t.relname AS object, 'warning' AS severity, 'has no primary key' AS detail, NULL AS fix
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS t ON t.relnamespace = n.oid AND t.relkind IN ('r', 'p') AND t.relpersistence <> 't'
WHERE n.nspname = ANY (:'schemas'::name[])
    AND NOT t.relispartition
    -- Not tables of an extension.
    AND t.oid NOT IN (
        SELECT objid FROM pg_catalog.pg_depend
        WHERE refclassid = 'pg_catalog.pg_extension'::regclass AND deptype = 'e'
            AND classid = 'pg_catalog.pg_class'::regclass
    )
    -- Another replica identity was chosen on purpose.
    AND t.relreplident NOT IN ('f', 'i')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS x WHERE x.indrelid = t.oid AND x.indisprimary)
    -- Hypertables of TimescaleDB.
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS g WHERE g.tgrelid = t.oid AND g.tgname = 'ts_insert_blocker');
