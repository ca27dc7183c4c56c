-- Which of the schemas are there; the tables that list the tenants; the functions of policies that read the tenant's
-- setting; the extensions. What tenant columns refer to lists the tenants, as for the linter; before any does it is the
-- table that is called as the column is.
WITH there AS (
    SELECT oid, nspname FROM pg_catalog.pg_namespace WHERE nspname = ANY (:'schemas'::name[])
),
referred AS (
    SELECT DISTINCT c.confrelid AS oid
    FROM pg_catalog.pg_constraint AS c
    JOIN there ON there.oid = c.connamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attname = :'tenant_column'
    WHERE c.contype = 'f' AND c.conkey = ARRAY[a.attnum]
),
called AS (
    SELECT t.oid
    FROM pg_catalog.pg_class AS t
    JOIN there ON there.oid = t.relnamespace
    WHERE t.relname = ANY (:'tenant_names'::name[]) AND NOT EXISTS (SELECT FROM referred)
        AND EXISTS (SELECT FROM pg_catalog.pg_index AS x WHERE x.indrelid = t.oid AND x.indisprimary)
)
SELECT
    ARRAY (SELECT nspname::text FROM there) AS schemas,
    ARRAY (
        SELECT n.nspname || '.' || t.relname
        FROM (SELECT oid FROM referred UNION SELECT oid FROM called) AS listing
        JOIN pg_catalog.pg_class AS t ON t.oid = listing.oid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
    ) AS tenant_lists,
    ARRAY (
        SELECT pg_catalog.format('%s.%s', n.nspname, p.proname)
        FROM (
            SELECT DISTINCT refobjid AS oid FROM pg_catalog.pg_depend
            WHERE classid = 'pg_catalog.pg_policy'::regclass AND refclassid = 'pg_catalog.pg_proc'::regclass
        ) AS used
        JOIN pg_catalog.pg_proc AS p ON p.oid = used.oid
        JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        WHERE pg_catalog.strpos(
            CASE WHEN p.prosqlbody IS NULL THEN p.prosrc ELSE pg_catalog.pg_get_function_sqlbody(p.oid) END,
            :'tenant_setting'
        ) > 0
    ) AS tenant_functions,
    ARRAY (SELECT extname::text FROM pg_catalog.pg_extension ORDER BY extname) AS extensions,
    ARRAY (SELECT extversion FROM pg_catalog.pg_extension ORDER BY extname) AS versions
