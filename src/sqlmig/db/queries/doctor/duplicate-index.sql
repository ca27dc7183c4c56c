-- check: duplicate-index
-- severity: warning
-- title: An index is superfluous beside another one.
-- reason: The other one is equal, or longer with the same beginning; every write maintains both.
-- decide: DROP INDEX on a partitioned table takes the indexes of all partitions along, and cannot be CONCURRENTLY.
WITH index_ AS (
    SELECT n.nspname AS schema, t.relname AS object, i.relname AS name, i.relkind, i.oid, i.relam, x.*,
        -- A slice counts from 1, whatever it was cut from.
        (x.indkey::int2[])[0:x.indnkeyatts - 1] AS keys, (x.indkey::int2[])[x.indnkeyatts:] AS included,
        (x.indclass::oid[])[0:] AS classes, (x.indcollation::oid[])[0:] AS collations,
        (x.indoption::int2[])[0:] AS options,
        c.contype, c.conname,
        -- Of two that are equal the first stays: the primary key, a constraint, a unique index, the older one.
        CASE WHEN c.contype = 'p' THEN 1 WHEN c.contype IS NOT NULL THEN 2 WHEN x.indisunique THEN 3 ELSE 4 END AS rank
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_class AS i ON i.relnamespace = n.oid AND i.relkind IN ('i', 'I') AND NOT i.relispartition
    JOIN pg_catalog.pg_index AS x ON x.indexrelid = i.oid
    JOIN pg_catalog.pg_class AS t ON t.oid = x.indrelid
    LEFT JOIN pg_catalog.pg_constraint AS c ON c.conindid = i.oid AND c.contype IN ('p', 'u', 'x')
    WHERE n.nspname = ANY (:'schemas'::name[])
),
pair AS (
    SELECT less.*, more.name AS better, more.oid AS better_oid, more.rank AS better_rank, more.indpred AS better_pred,
        less.keys = more.keys AND (less.keys || less.included) @> more.included AS same_columns
    FROM index_ AS less
    JOIN index_ AS more ON more.indrelid = less.indrelid AND more.oid <> less.oid AND more.relam = less.relam
    JOIN pg_catalog.pg_am AS m ON m.oid = less.relam
    WHERE (less.contype IS NULL OR less.contype = 'u' AND more.indisunique)
        -- By it logical replication finds a row: without it UPDATE and DELETE fail on a published table.
        AND NOT less.indisreplident
        -- A foreign key that goes by a constraint keeps it.
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS f WHERE f.conindid = less.oid AND f.contype = 'f')
        AND more.indisvalid AND more.indimmediate
        AND pg_catalog.cardinality(less.keys) <= pg_catalog.cardinality(more.keys)
        AND (less.keys = more.keys OR m.amname = 'btree')
        AND more.keys[1:less.indnkeyatts] = less.keys
        AND more.classes[1:less.indnkeyatts] = less.classes
        AND more.collations[1:less.indnkeyatts] = less.collations
        AND more.options[1:less.indnkeyatts] = less.options
        AND (more.keys || more.included) @> less.included
        AND (NOT less.indisunique OR more.indisunique AND less.keys = more.keys)
        AND (less.indpred IS NULL) = (more.indpred IS NULL)
)
SELECT DISTINCT ON (oid) schema, object, 'warning' AS severity,
    pg_catalog.format('index %I is of no use beside %I, which %s the same columns', name, better,
        CASE WHEN same_columns THEN 'has' ELSE 'begins with' END) AS detail,
    CASE
        WHEN contype IS NOT NULL
            THEN pg_catalog.format('ALTER TABLE %I.%I DROP CONSTRAINT IF EXISTS %I;', schema, object, conname)
        WHEN relkind = 'i' THEN pg_catalog.format('DROP INDEX CONCURRENTLY IF EXISTS %I.%I;', schema, name)
    END AS fix
FROM pair
WHERE pg_catalog.pg_get_expr(indpred, indrelid) IS NOT DISTINCT FROM pg_catalog.pg_get_expr(better_pred, indrelid)
    -- Expressions: 0 stands in their place.
    AND NOT EXISTS (
        SELECT FROM pg_catalog.generate_series(1, indnkeyatts) AS number
        WHERE keys[number] = 0
            AND pg_catalog.pg_get_indexdef(oid, number, false) <> pg_catalog.pg_get_indexdef(better_oid, number, false)
    )
    AND NOT (
        indisunique AND (
            SELECT pg_catalog.count(DISTINCT coalesce(pg_catalog.to_jsonb(x) -> 'indnullsnotdistinct', 'false')) > 1
            FROM pg_catalog.pg_index AS x WHERE x.indexrelid IN (pair.oid, better_oid)
        )
    )
    AND (NOT same_columns OR (rank, oid) > (better_rank, better_oid))
-- It can be dropped once, whatever number of others make up for it.
ORDER BY oid, better_rank, better_oid;
