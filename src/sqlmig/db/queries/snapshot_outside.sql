-- What is in no schema, and hangs on a schema or on something in it: pg_dump leaves it out of a dump of the schema.
SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0)
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_depend AS d ON CASE d.refclassid
    WHEN 'pg_catalog.pg_namespace'::regclass THEN d.refobjid = n.oid
    WHEN 'pg_catalog.pg_class'::regclass
    THEN EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = d.refobjid AND c.relnamespace = n.oid)
    WHEN 'pg_catalog.pg_type'::regclass
    THEN EXISTS (SELECT FROM pg_catalog.pg_type AS y WHERE y.oid = d.refobjid AND y.typnamespace = n.oid)
    WHEN 'pg_catalog.pg_proc'::regclass
    THEN EXISTS (SELECT FROM pg_catalog.pg_proc AS p WHERE p.oid = d.refobjid AND p.pronamespace = n.oid)
END
WHERE n.nspname = %(schema)s
    AND d.classid IN (
        'pg_catalog.pg_cast'::regclass, 'pg_catalog.pg_transform'::regclass, 'pg_catalog.pg_event_trigger'::regclass,
        'pg_catalog.pg_publication_rel'::regclass,
        -- From 15 on.
        to_regclass('pg_catalog.pg_publication_namespace')
    )
