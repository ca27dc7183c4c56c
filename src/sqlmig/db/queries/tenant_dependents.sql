-- Objects outside of a schema that depend on something inside of it: DROP ... CASCADE would take them along.
WITH own AS (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = %(schema)s),
inside AS (
    SELECT 'pg_class'::regclass AS classid, oid FROM pg_catalog.pg_class WHERE relnamespace = (SELECT oid FROM own)
    UNION ALL
    SELECT 'pg_proc'::regclass, oid FROM pg_catalog.pg_proc WHERE pronamespace = (SELECT oid FROM own)
    UNION ALL
    SELECT 'pg_type'::regclass, oid FROM pg_catalog.pg_type WHERE typnamespace = (SELECT oid FROM own)
),
dependents AS (
    SELECT DISTINCT d.classid, d.objid, d.objsubid
    FROM inside AS i JOIN pg_catalog.pg_depend AS d ON d.refclassid = i.classid AND d.refobjid = i.oid
    WHERE d.deptype IN ('n', 'a')
),
placed AS (
    SELECT d.*, coalesce(c.relnamespace, p.pronamespace, t.typnamespace, r.relnamespace, a.relnamespace, k.connamespace,
                         g.relnamespace, l.relnamespace) AS namespace
    FROM dependents AS d
    LEFT JOIN pg_catalog.pg_class AS c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
    LEFT JOIN pg_catalog.pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
    LEFT JOIN pg_catalog.pg_type AS t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
    LEFT JOIN pg_catalog.pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
    LEFT JOIN pg_catalog.pg_class AS r ON r.oid = w.ev_class
    LEFT JOIN pg_catalog.pg_attrdef AS f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
    LEFT JOIN pg_catalog.pg_class AS a ON a.oid = f.adrelid
    LEFT JOIN pg_catalog.pg_constraint AS k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
    LEFT JOIN pg_catalog.pg_trigger AS tr ON d.classid = 'pg_trigger'::regclass AND tr.oid = d.objid
    LEFT JOIN pg_catalog.pg_class AS g ON g.oid = tr.tgrelid
    LEFT JOIN pg_catalog.pg_policy AS pol ON d.classid = 'pg_policy'::regclass AND pol.oid = d.objid
    LEFT JOIN pg_catalog.pg_class AS l ON l.oid = pol.polrelid
)
SELECT DISTINCT pg_catalog.pg_describe_object(classid, objid, objsubid)
FROM placed
WHERE namespace IS DISTINCT FROM (SELECT oid FROM own)
  AND (namespace IS NOT NULL OR classid IN ('pg_extension'::regclass, 'pg_event_trigger'::regclass, 'pg_cast'::regclass))
  AND namespace IS DISTINCT FROM 'pg_toast'::regnamespace
ORDER BY 1
