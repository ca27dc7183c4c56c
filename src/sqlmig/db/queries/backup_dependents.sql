-- What lies outside of a schema and hangs on something in it: a view of another schema, a foreign key of another table, a publication
-- of its tables, or of all that it holds.
WITH inside AS (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS catalog, c.oid FROM pg_catalog.pg_class c
    WHERE c.relnamespace = %(schema)s::pg_catalog.regnamespace
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, f.oid FROM pg_catalog.pg_proc f
    WHERE f.pronamespace = %(schema)s::pg_catalog.regnamespace
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid FROM pg_catalog.pg_type t
    WHERE t.typnamespace = %(schema)s::pg_catalog.regnamespace
)
SELECT DISTINCT pg_catalog.pg_describe_object(
    CASE WHEN w.oid IS NULL THEN d.classid ELSE 'pg_catalog.pg_class'::pg_catalog.regclass END, coalesce(w.ev_class, d.objid), 0)
FROM inside i
JOIN pg_catalog.pg_depend d ON d.refclassid = i.catalog AND d.refobjid = i.oid AND d.deptype = 'n'
LEFT JOIN pg_catalog.pg_rewrite w ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND w.oid = d.objid
LEFT JOIN pg_catalog.pg_constraint k ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.oid = d.objid
LEFT JOIN pg_catalog.pg_class c
    ON c.oid = coalesce(w.ev_class, k.conrelid,
        CASE WHEN d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass THEN d.objid END)
LEFT JOIN pg_catalog.pg_proc f ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND f.oid = d.objid
WHERE coalesce(c.relnamespace, f.pronamespace) <> %(schema)s::pg_catalog.regnamespace
UNION
SELECT pg_catalog.pg_describe_object(d.classid, d.objid, 0)
FROM pg_catalog.pg_depend d
LEFT JOIN inside i ON i.catalog = d.refclassid AND i.oid = d.refobjid
-- Publications of whole schemas came with PostgreSQL 15.
WHERE d.classid IN ('pg_catalog.pg_publication_rel'::pg_catalog.regclass, pg_catalog.to_regclass('pg_catalog.pg_publication_namespace'))
    AND (i.oid IS NOT NULL OR d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
         AND d.refobjid = %(schema)s::pg_catalog.regnamespace)
ORDER BY 1;
