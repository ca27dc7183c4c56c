-- What a schema holds that is dropped piece by piece, in an order in which each goes without taking a later one along: tables that no
-- foreign key points to first. With each, how many entries of the lock table it costs: everything that goes with it takes one, its
-- constraints, indexes, types and triggers, too. A little too many is no harm.
WITH own AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = %(schema)s),
relations AS (
    SELECT c.oid, c.relname, c.relkind, c.relispartition,
           (SELECT count(*) FROM pg_catalog.pg_constraint AS k
            WHERE k.contype = 'f' AND k.confrelid = c.oid AND k.conrelid <> c.oid) AS pointed_to,
           3 + 2 * (SELECT count(*) FROM pg_catalog.pg_depend AS d
                    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.deptype IN ('a', 'i'))
             + 6 * (SELECT count(*) FROM pg_catalog.pg_constraint AS k WHERE k.contype = 'f' AND c.oid IN (k.conrelid, k.confrelid))
             + CASE WHEN c.reltoastrelid <> 0 THEN 2 ELSE 0 END AS locks
    FROM pg_catalog.pg_class AS c WHERE c.relnamespace = (SELECT oid FROM own)
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
