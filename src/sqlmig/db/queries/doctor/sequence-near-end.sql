-- check: sequence-near-end
-- severity: error
-- title: A sequence is near its end.
-- reason: When the numbers run out every INSERT fails. From three quarters on it is a warning, from nine tenths an
--   error. What counts is the type of the column that gets the numbers, where that is narrower than the sequence;
--   sequences that no INSERT can exhaust in a lifetime (bigint) are left out. Where the last number is not visible, that
--   is said as a note.
-- decide: The column must become a bigint, which rewrites the table, or is done beside it: a new column, filled in
--   batches, that takes the old one's place.
-- batch: 50
WITH sequence AS (
    SELECT n.nspname AS schema, s.relname AS name, s.oid, t.relname AS table_name, fed.name AS column_name, fed.type,
        -- Some count down: to the least number, from the greatest.
        CASE WHEN q.seqincrement > 0 THEN q.seqmin ELSE q.seqmax END AS first_possible,
        CASE
            WHEN q.seqincrement > 0 AND fed.type = 'pg_catalog.int2'::regtype THEN least(q.seqmax, 32767)
            WHEN q.seqincrement > 0 AND fed.type = 'pg_catalog.int4'::regtype THEN least(q.seqmax, 2147483647)
            WHEN q.seqincrement > 0 THEN q.seqmax
            WHEN fed.type = 'pg_catalog.int2'::regtype THEN greatest(q.seqmin, -32768)
            WHEN fed.type = 'pg_catalog.int4'::regtype THEN greatest(q.seqmin, -2147483648)
            ELSE q.seqmin
        END AS last_possible,
        pg_catalog.has_sequence_privilege(s.oid, 'SELECT, USAGE') AS visible
    FROM pg_catalog.pg_namespace AS n
    -- What is in a schema depends on it: pg_class has no index for that, pg_depend has.
    JOIN pg_catalog.pg_depend AS inside
        ON inside.refclassid = 'pg_catalog.pg_namespace'::regclass AND inside.refobjid = n.oid
        AND inside.classid = 'pg_catalog.pg_class'::regclass
    JOIN pg_catalog.pg_class AS s ON s.oid = inside.objid AND s.relkind = 'S'
    JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = s.oid AND NOT q.seqcycle
    -- The column that owns it, or the narrowest of those that have it as their default.
    LEFT JOIN LATERAL (
        SELECT a.attrelid AS relation, a.attname AS name, coalesce(nullif(y.typbasetype, 0), a.atttypid) AS type
        FROM (
            SELECT d.refobjid AS relation, d.refobjsubid AS number
            FROM pg_catalog.pg_depend AS d
            WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
                AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
            UNION
            SELECT f.adrelid, f.adnum
            FROM pg_catalog.pg_depend AS d
            JOIN pg_catalog.pg_attrdef AS f ON f.oid = d.objid
            WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = s.oid
                AND d.classid = 'pg_catalog.pg_attrdef'::regclass
        ) AS columns
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = columns.relation AND a.attnum = columns.number
        JOIN pg_catalog.pg_type AS y ON y.oid = a.atttypid
        ORDER BY y.typlen < 0, y.typlen, a.attrelid, a.attnum
        LIMIT 1
    ) AS fed ON true
    LEFT JOIN pg_catalog.pg_class AS t ON t.oid = fed.relation
    WHERE n.nspname = ANY (:'schemas'::name[])
),
-- Reading a sequence takes a lock on it until the transaction ends: few schemas at a time, and none in vain.
reading AS MATERIALIZED (
    SELECT sequence.*, CASE WHEN visible THEN pg_catalog.pg_sequence_last_value(oid) END AS last_value
    FROM sequence
    WHERE last_possible BETWEEN -4611686018427387904 AND 4611686018427387904
),
used AS (
    SELECT reading.*,
        (last_value::numeric - first_possible) / nullif(last_possible::numeric - first_possible, 0) AS share
    FROM reading
)
SELECT schema, coalesce(table_name || '.' || column_name, name) AS object,
    CASE WHEN NOT visible THEN 'note' WHEN share >= 0.9 THEN 'error' ELSE 'warning' END AS severity,
    CASE WHEN NOT visible THEN pg_catalog.format('sequence %I is not visible to %I', name, current_user)
        ELSE pg_catalog.format(
            '%s or more of the numbers up to %s are used (sequence %I)',
            CASE WHEN share >= 0.9 THEN '90 %' ELSE '75 %' END, last_possible, name
        )
    END AS detail,
    CASE
        WHEN NOT visible THEN pg_catalog.format('GRANT SELECT ON SEQUENCE %I.%I TO %I;', schema, name, current_user)
        WHEN type = 'pg_catalog.int8'::regtype AND first_possible < last_possible
            THEN pg_catalog.format('ALTER SEQUENCE %I.%I AS bigint NO MAXVALUE;', schema, name)
    END AS fix
FROM used
WHERE NOT visible OR share >= 0.75;
