-- check: unused-index
-- severity: note
-- title: No tenant reads an index.
-- reason: Every write maintains it, and it takes its place on disk and in memory in every schema. Only an index that
--   is read in no tenant at all is named, and only when the statistics cover 30 days. Indexes of keys, and those that
--   a foreign key needs, are left out. Reads on replicas are not counted here.
-- decide: Whether a replica or a yearly report reads it; if not, drop it in a migration.
WITH statistics AS (
    SELECT coalesce(stats_reset, pg_catalog.pg_postmaster_start_time()) AS since
    FROM pg_catalog.pg_stat_database
    WHERE datname = pg_catalog.current_database()
),
index_ AS (
    SELECT n.nspname AS schema, t.relname AS object, i.relname AS name, statistics.since,
        pg_catalog.sum(pg_catalog.pg_stat_get_numscans(i.oid)) OVER (
            PARTITION BY
                CASE WHEN n.nspname = ANY (:'tenant_schemas'::name[]) THEN NULL ELSE n.nspname END, t.relname, i.relname
        ) AS scans
    FROM statistics
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = ANY (:'schemas'::name[] || :'tenant_schemas'::name[])
    JOIN pg_catalog.pg_class AS i ON i.relnamespace = n.oid AND i.relkind = 'i' AND NOT i.relispartition
    JOIN pg_catalog.pg_index AS x ON x.indexrelid = i.oid AND x.indisvalid AND NOT x.indisunique
    JOIN pg_catalog.pg_class AS t ON t.oid = x.indrelid
    WHERE statistics.since <= pg_catalog.now() - pg_catalog.make_interval(days => :'statistics_days'::integer)
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_constraint AS c
            WHERE c.conrelid = x.indrelid AND (
                c.conindid = i.oid AND c.contype <> 'f'
                OR c.contype = 'f' AND (x.indkey::int2[])[0:pg_catalog.cardinality(c.conkey) - 1] @> c.conkey
            )
        )
)
SELECT schema, object, 'note' AS severity,
    pg_catalog.format('index %I was not read since %s', name, since::date) AS detail, NULL AS fix
FROM index_
WHERE scans = 0 AND schema = ANY (:'schemas'::name[]);
