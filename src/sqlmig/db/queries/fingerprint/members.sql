-- What is in schemas, by the catalog that it stands in; a row without one for a schema that has nothing.
-- By pg_depend, which has an index by namespace; pg_class has none, and one schema among thousands has to be found.
SELECT
    n.oid, n.nspname::text, EXISTS (
        SELECT FROM pg_catalog.pg_class AS c WHERE c.relname = n.nspname AND c.relnamespace = n.oid
    ),
    d.classid::regclass::text, d.objid
FROM pg_catalog.pg_namespace AS n
LEFT JOIN pg_catalog.pg_depend AS d
    ON d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.refobjid = n.oid AND d.deptype = 'n'
    AND NOT EXISTS (
        SELECT
        FROM pg_catalog.pg_depend AS e
        WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e'
            AND e.refclassid = 'pg_catalog.pg_extension'::regclass
    )
WHERE n.nspname = ANY (%(schemas)s::text[])
