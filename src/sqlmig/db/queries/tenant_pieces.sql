-- What a schema holds that is dropped piece by piece, in an order in which each goes without taking a later one along: tables that no
-- foreign key points to first. With each, how many entries of the lock table it costs: everything that goes with it takes one, its
-- constraints, indexes, types and triggers, too. A little too many is no harm.
WITH own AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = %(schema)s),
members AS MATERIALIZED (
    SELECT c.oid, c.relname, c.relkind, c.relispartition, c.reltoastrelid
    FROM pg_catalog.pg_class AS c WHERE c.relnamespace = (SELECT oid FROM own)
),
-- By the table that has them: an index finds those, and no foreign key from outside comes here.
links AS MATERIALIZED (
    SELECT k.conrelid, k.confrelid FROM members AS m JOIN pg_catalog.pg_constraint AS k ON k.conrelid = m.oid WHERE k.contype = 'f'
),
ends AS (
    SELECT e.oid, pg_catalog.sum(e.pointed_to) AS pointed_to, count(*) AS links
    FROM (SELECT confrelid, (confrelid <> conrelid)::integer FROM links UNION ALL SELECT conrelid, 0 FROM links) AS e(oid, pointed_to)
    GROUP BY e.oid
),
parts AS (
    SELECT m.oid, count(*) AS parts
    FROM members AS m JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = m.oid
    WHERE d.deptype IN ('a', 'i') GROUP BY m.oid
),
relations AS (
    SELECT m.oid, m.relname, m.relkind, m.relispartition, coalesce(e.pointed_to, 0) AS pointed_to,
           3 + 2 * coalesce(p.parts, 0) + 6 * coalesce(e.links, 0) + CASE WHEN m.reltoastrelid <> 0 THEN 2 ELSE 0 END AS locks
    FROM members AS m LEFT JOIN ends AS e USING (oid) LEFT JOIN parts AS p USING (oid)
)
SELECT piece.kind, piece.identity, piece.locks
FROM (
    SELECT 'pg_class'::regclass, r.oid, 1, 0, CASE r.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
           pg_catalog.format('%%I.%%I', %(schema)s, r.relname), r.locks
    FROM relations AS r WHERE r.relkind IN ('v', 'm')
    UNION ALL
    -- Partitions go before their parents, of which each is one piece less then.
    SELECT 'pg_class'::regclass, r.oid, CASE WHEN r.relispartition THEN 2 ELSE 3 END, r.pointed_to, CASE r.relkind WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
           pg_catalog.format('%%I.%%I', %(schema)s, r.relname), r.locks
    FROM relations AS r WHERE r.relkind IN ('r', 'p', 'f')
    UNION ALL
    SELECT 'pg_class'::regclass, r.oid, 4, 0, 'SEQUENCE', pg_catalog.format('%%I.%%I', %(schema)s, r.relname), 1
    FROM relations AS r
    WHERE r.relkind = 'S' AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i'))
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, 5, 0, 'ROUTINE',
           pg_catalog.format('%%I.%%I(%%s)', %(schema)s, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)), 2
    FROM pg_catalog.pg_proc AS p WHERE p.pronamespace = (SELECT oid FROM own) AND p.prokind <> 'a'
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, 6, 0, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, pg_catalog.format('%%I.%%I', %(schema)s, t.typname), 3
    FROM pg_catalog.pg_type AS t
    WHERE t.typnamespace = (SELECT oid FROM own) AND t.typtype IN ('d', 'e', 'c', 'r')
      AND (t.typrelid = 0 OR (SELECT c.relkind = 'c' FROM pg_catalog.pg_class AS c WHERE c.oid = t.typrelid))
) AS piece(classid, objid, turn, pointed_to, kind, identity, locks)
-- What belongs to an extension goes with it, when the schema itself goes. What is a part of something else cannot be dropped by
-- itself, and goes with that: the functions that make values of a range type.
WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = piece.classid AND d.objid = piece.objid AND d.deptype IN ('e', 'i'))
ORDER BY piece.turn, piece.pointed_to, piece.identity
