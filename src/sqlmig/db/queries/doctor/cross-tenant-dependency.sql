-- check: cross-tenant-dependency
-- severity: error
-- applies: schemas
-- title: An object of one tenant depends on an object of another.
-- reason: Rows cross the border between two tenants, and neither tenant can be dropped, restored or moved alone: DROP
--   SCHEMA ... CASCADE takes the other one's object along. Of an object that tenants share it is a warning: it goes when
--   the first of them goes.
-- decide: What it should refer to in its own schema; then make it anew there.
WITH tenant AS (
    SELECT oid, nspname AS schema FROM pg_catalog.pg_namespace WHERE nspname = ANY (:'tenant_schemas'::name[])
),
-- What is in a tenant's schema and can be depended on from elsewhere.
referenced AS (
    SELECT listed.class, listed.oid, tenant.schema
    FROM (
        -- What depends on an index depends on its table as well.
        SELECT 'pg_catalog.pg_class'::regclass AS class, oid, relnamespace AS namespace
        FROM pg_catalog.pg_class WHERE relkind NOT IN ('i', 'I')
        UNION ALL
        SELECT 'pg_catalog.pg_proc'::regclass, oid, pronamespace FROM pg_catalog.pg_proc
        UNION ALL
        SELECT 'pg_catalog.pg_type'::regclass, oid, typnamespace FROM pg_catalog.pg_type
        UNION ALL
        SELECT 'pg_catalog.pg_collation'::regclass, oid, collnamespace FROM pg_catalog.pg_collation
        UNION ALL
        SELECT 'pg_catalog.pg_operator'::regclass, oid, oprnamespace FROM pg_catalog.pg_operator
        UNION ALL
        SELECT 'pg_catalog.pg_opclass'::regclass, oid, opcnamespace FROM pg_catalog.pg_opclass
        UNION ALL
        SELECT 'pg_catalog.pg_opfamily'::regclass, oid, opfnamespace FROM pg_catalog.pg_opfamily
        UNION ALL
        SELECT 'pg_catalog.pg_ts_config'::regclass, oid, cfgnamespace FROM pg_catalog.pg_ts_config
        UNION ALL
        SELECT 'pg_catalog.pg_ts_dict'::regclass, oid, dictnamespace FROM pg_catalog.pg_ts_dict
    ) AS listed
    JOIN tenant ON tenant.oid = listed.namespace
),
dependency AS (
    SELECT d.classid, d.objid, d.refclassid, d.refobjid, referenced.schema
    FROM (
        -- Other kinds of dependencies are on what is in the same schema; but a partition depends on its parent otherwise.
        SELECT classid, objid, refclassid, refobjid
        FROM pg_catalog.pg_depend
        WHERE deptype = 'n' AND refclassid <> 'pg_catalog.pg_namespace'::regclass
        UNION ALL
        SELECT 'pg_catalog.pg_class'::regclass, inhrelid, 'pg_catalog.pg_class'::regclass, inhparent
        FROM pg_catalog.pg_inherits
    ) AS d
    JOIN referenced ON referenced.class = d.refclassid AND referenced.oid = d.refobjid
),
crossing AS (
    SELECT DISTINCT home.schema, d.classid, d.objid, d.refclassid, d.refobjid
    FROM dependency AS d
    LEFT JOIN pg_catalog.pg_proc AS p ON d.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.objid
    LEFT JOIN pg_catalog.pg_type AS y ON d.classid = 'pg_catalog.pg_type'::regclass AND y.oid = d.objid
    LEFT JOIN pg_catalog.pg_constraint AS c
        ON d.classid = 'pg_catalog.pg_constraint'::regclass AND c.oid = d.objid
    -- What belongs to a table is where that is.
    LEFT JOIN pg_catalog.pg_rewrite AS r ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid
    LEFT JOIN pg_catalog.pg_attrdef AS a ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND a.oid = d.objid
    LEFT JOIN pg_catalog.pg_trigger AS g
        ON d.classid = 'pg_catalog.pg_trigger'::regclass AND g.oid = d.objid AND NOT g.tgisinternal
    LEFT JOIN pg_catalog.pg_policy AS o ON d.classid = 'pg_catalog.pg_policy'::regclass AND o.oid = d.objid
    LEFT JOIN pg_catalog.pg_class AS t ON t.oid = CASE d.classid
        WHEN 'pg_catalog.pg_class'::regclass THEN d.objid
        ELSE coalesce(r.ev_class, a.adrelid, g.tgrelid, o.polrelid)
    END
    LEFT JOIN pg_catalog.pg_namespace AS n
        ON n.oid = coalesce(t.relnamespace, c.connamespace, p.pronamespace, y.typnamespace)
    -- Of all other kinds there are few: operators, statistics, text search.
    CROSS JOIN LATERAL (
        SELECT coalesce(n.nspname, (pg_catalog.pg_identify_object(d.classid, d.objid, 0)).schema::name) AS schema
    ) AS home
    WHERE home.schema = ANY (:'schemas'::name[]) AND home.schema <> d.schema
)
SELECT schema,
    pg_catalog.replace(
        -- Of a view, the rule that makes it one is what depends on others.
        CASE WHEN r.oid IS NULL THEN pg_catalog.pg_describe_object(classid, objid, 0)
            ELSE pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, r.ev_class, 0) END,
        pg_catalog.quote_ident(schema) || '.', ''
    ) AS object,
    CASE WHEN schema = ANY (:'tenant_schemas'::name[]) THEN 'error' ELSE 'warning' END AS severity,
    'depends on ' || pg_catalog.pg_describe_object(refclassid, refobjid, 0) AS detail, NULL AS fix
FROM crossing
LEFT JOIN pg_catalog.pg_rewrite AS r ON classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = objid;
