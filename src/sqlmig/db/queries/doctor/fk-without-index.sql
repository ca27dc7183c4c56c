-- check: fk-without-index
-- severity: warning
-- title: No index begins with the columns of a foreign key.
-- reason: Each DELETE in the referenced table, and each UPDATE of its key, reads the whole referencing table while it
--   holds its locks.
-- decide: On a partitioned table, build one on each partition, then one on the table, which takes them in.
SELECT n.nspname AS schema, t.relname AS object, 'warning' AS severity,
    pg_catalog.format('no index begins with the columns of %I (%s)', c.conname, wanted.names) AS detail,
    CASE WHEN t.relkind = 'r' THEN
        -- With a name it is not built a second time.
        pg_catalog.format(
            'CREATE INDEX CONCURRENTLY IF NOT EXISTS %I ON %I.%I (%s);',
            CASE WHEN EXISTS (
                SELECT FROM pg_catalog.pg_class AS taken
                WHERE taken.relnamespace = t.relnamespace AND taken.relname = wanted.index_name::name
            ) THEN pg_catalog.format('%s_%s', c.conname, c.oid) ELSE wanted.index_name END,
            n.nspname, t.relname, wanted.names
        ) END AS fix
FROM pg_catalog.pg_constraint AS c
JOIN pg_catalog.pg_class AS t ON t.oid = c.conrelid AND t.relkind IN ('r', 'p')
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_attribute AS tenant ON tenant.attrelid = t.oid AND tenant.attname = :'tenant_column'
CROSS JOIN LATERAL (
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY k.place) AS names,
        pg_catalog.left(pg_catalog.format(
            '%s_%s', t.relname, pg_catalog.string_agg(a.attname, '_' ORDER BY k.place)
        ), 59) || '_idx' AS index_name
    FROM pg_catalog.unnest(c.conkey) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
) AS wanted
WHERE c.contype = 'f' AND c.conparentid = 0 AND n.nspname = ANY (:'schemas'::name[])
    AND NOT (n.nspname || '.' || t.relname) LIKE ANY (:'small_tables'::text[])
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_index AS x
        JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
        JOIN pg_catalog.pg_am AS m ON m.oid = i.relam AND m.amname IN ('btree', 'hash', 'gist')
        WHERE x.indrelid = c.conrelid
            AND (
                (x.indkey::int2[])[0:least(pg_catalog.cardinality(c.conkey), x.indnkeyatts) - 1] @> c.conkey
                -- Beside the tenant, one of the other columns finds the rows as well.
                OR tenant.attnum = ANY (c.conkey) AND x.indkey[0] <> tenant.attnum AND x.indkey[0] = ANY (c.conkey)
            )
            -- A key with NULL in it refers to nothing, and need not be found.
            AND (x.indpred IS NULL OR EXISTS (
                SELECT FROM pg_catalog.pg_attribute AS a
                WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
                    AND pg_catalog.pg_get_expr(x.indpred, x.indrelid) = pg_catalog.format('(%I IS NOT NULL)', a.attname)
            ))
    )
    -- NOT ENFORCED, which PostgreSQL has from 18 on.
    AND coalesce((pg_catalog.to_jsonb(c) ->> 'conenforced')::boolean, true);
