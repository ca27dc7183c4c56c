-- check: owner-differs
-- severity: warning
-- title: An object belongs to another role than the rest.
-- reason: Migrations change what their role owns, and default privileges count for what one role creates: this object
--   fails the next migration, or was made by hand.
WITH object AS (
    SELECT n.nspname AS schema, t.relname::text AS name, t.relowner AS owner,
        pg_catalog.quote_ident(t.relname) AS written,
        CASE t.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
            WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS kind, 'pg_catalog.pg_class'::regclass AS class, t.oid
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_class AS t ON t.relnamespace = n.oid AND t.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    WHERE n.nspname = ANY (:'schemas'::name[] || :'tenant_schemas'::name[])
    UNION ALL
    SELECT n.nspname, pg_catalog.format('%I(%s)', p.proname, arguments.list), p.proowner,
        pg_catalog.format('%I(%s)', p.proname, arguments.list), CASE p.prokind WHEN 'a' THEN 'AGGREGATE' ELSE 'ROUTINE' END,
        'pg_catalog.pg_proc'::regclass, p.oid
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_proc AS p ON p.pronamespace = n.oid
    CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_function_identity_arguments(p.oid) AS list) AS arguments
    WHERE n.nspname = ANY (:'schemas'::name[] || :'tenant_schemas'::name[])
    UNION ALL
    SELECT n.nspname, y.typname, y.typowner, pg_catalog.quote_ident(y.typname),
        CASE y.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, 'pg_catalog.pg_type'::regclass, y.oid
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_type AS y ON y.typnamespace = n.oid
    -- The row type of a table follows it.
    LEFT JOIN pg_catalog.pg_class AS t ON t.oid = y.typrelid
    WHERE n.nspname = ANY (:'schemas'::name[] || :'tenant_schemas'::name[])
        AND (y.typtype IN ('e', 'd', 'r') OR y.typtype = 'c' AND t.relkind = 'c')
    UNION ALL
    SELECT nspname, 'the schema', nspowner, NULL, 'SCHEMA', 'pg_catalog.pg_namespace'::regclass, oid
    FROM pg_catalog.pg_namespace
    WHERE nspname = ANY (:'schemas'::name[] || :'tenant_schemas'::name[])
),
compared AS (
    SELECT object.*, object.schema = ANY (:'tenant_schemas'::name[]) AS own FROM object
),
usual AS (
    SELECT own, pg_catalog.mode() WITHIN GROUP (ORDER BY owner) AS owner FROM compared GROUP BY own
)
SELECT c.schema, c.name AS object, 'warning' AS severity,
    pg_catalog.format('belongs to %I, most other objects to %I', pg_catalog.pg_get_userbyid(c.owner),
        pg_catalog.pg_get_userbyid(usual.owner)) AS detail,
    CASE c.kind
        WHEN 'SCHEMA' THEN pg_catalog.format(
            'ALTER SCHEMA %I OWNER TO %I;', c.schema, pg_catalog.pg_get_userbyid(usual.owner))
        ELSE pg_catalog.format(
            'ALTER %s %I.%s OWNER TO %I;', c.kind, c.schema, c.written, pg_catalog.pg_get_userbyid(usual.owner))
    END AS fix
FROM compared AS c
JOIN usual ON usual.own = c.own AND usual.owner <> c.owner
WHERE c.schema = ANY (:'schemas'::name[])
    -- A sequence follows its table; what belongs to an extension belongs to whoever made that.
    AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend AS d
        WHERE d.classid = c.class AND d.objid = c.oid
            AND (d.deptype = 'e' OR c.kind = 'SEQUENCE' AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0)
    );
