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
looked_at AS (
    SELECT oid, nspname AS schema FROM pg_catalog.pg_namespace WHERE nspname = ANY (:'schemas'::name[])
),
object AS (
    SELECT 'pg_catalog.pg_class'::regclass AS class, oid, relnamespace AS namespace FROM pg_catalog.pg_class
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::regclass, oid, pronamespace FROM pg_catalog.pg_proc
    UNION ALL
    SELECT 'pg_catalog.pg_type'::regclass, oid, typnamespace FROM pg_catalog.pg_type
    UNION ALL
    SELECT 'pg_catalog.pg_constraint'::regclass, oid, connamespace FROM pg_catalog.pg_constraint
    UNION ALL
    SELECT 'pg_catalog.pg_rewrite'::regclass, r.oid, t.relnamespace
    FROM pg_catalog.pg_rewrite AS r JOIN pg_catalog.pg_class AS t ON t.oid = r.ev_class
    UNION ALL
    SELECT 'pg_catalog.pg_attrdef'::regclass, d.oid, t.relnamespace
    FROM pg_catalog.pg_attrdef AS d JOIN pg_catalog.pg_class AS t ON t.oid = d.adrelid
    UNION ALL
    SELECT 'pg_catalog.pg_trigger'::regclass, g.oid, t.relnamespace
    FROM pg_catalog.pg_trigger AS g JOIN pg_catalog.pg_class AS t ON t.oid = g.tgrelid
    WHERE NOT g.tgisinternal
    UNION ALL
    SELECT 'pg_catalog.pg_policy'::regclass, p.oid, t.relnamespace
    FROM pg_catalog.pg_policy AS p JOIN pg_catalog.pg_class AS t ON t.oid = p.polrelid
),
referenced AS (
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
    SELECT 'pg_catalog.pg_ts_config'::regclass, oid, cfgnamespace FROM pg_catalog.pg_ts_config
),
-- Other kinds of dependencies are on what is in the same schema; but a partition depends on its parent otherwise.
dependency AS (
    SELECT classid, objid, refclassid, refobjid
    FROM pg_catalog.pg_depend
    WHERE deptype = 'n' AND refclassid <> 'pg_catalog.pg_namespace'::regclass
    UNION
    SELECT 'pg_catalog.pg_class'::regclass, inhrelid, 'pg_catalog.pg_class'::regclass, inhparent
    FROM pg_catalog.pg_inherits
),
crossing AS (
    SELECT one.schema, d.classid, d.objid, d.refclassid, d.refobjid
    FROM dependency AS d
    JOIN object ON object.class = d.classid AND object.oid = d.objid
    JOIN referenced ON referenced.class = d.refclassid AND referenced.oid = d.refobjid
    JOIN looked_at AS one ON one.oid = object.namespace
    JOIN tenant AS other ON other.oid = referenced.namespace
    WHERE object.namespace <> referenced.namespace
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
