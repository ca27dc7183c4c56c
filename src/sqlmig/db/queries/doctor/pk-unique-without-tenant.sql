-- check: pk-unique-without-tenant
-- severity: error
-- applies: rows
-- title: A key counts across tenants.
-- reason: What one tenant has, no other can have, and the error tells a tenant that a value exists which it may not
--   see. Numbers that the server gives out are a warning, and so are UUIDs, which nobody guesses; as a primary key
--   that the server draws at random they are no finding.
-- decide: A key that begins with the tenant column takes its place; foreign keys that refer to the old one go over to
--   it.
WITH tenant_table AS (
    SELECT t.oid, n.nspname AS schema, t.relname AS name, t.relkind, t.relispartition,
           t.relrowsecurity AS secured, t.relforcerowsecurity AS forced,
           a.attnum AS tenant_attnum, a.attnotnull AS tenant_not_null,
           pg_catalog.format_type(a.atttypid, a.atttypmod) AS tenant_type,
           -- Not so where each tenant has tables of its own: a key there lets nobody meet another tenant's rows.
           NOT (:'tenancy' = 'both' AND n.nspname = ANY (:'tenant_schemas'::name[])) AS mixed
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_class AS t ON t.relnamespace = n.oid AND t.relkind IN ('r', 'p') AND t.relpersistence <> 't'
    LEFT JOIN pg_catalog.pg_attribute AS a
        ON a.attrelid = t.oid AND a.attname = :'tenant_column' AND NOT a.attisdropped
    WHERE n.nspname = ANY (:'schemas'::name[])
        AND (a.attnum IS NOT NULL OR :'tenancy' = 'shared' OR n.nspname = ANY (:'tenant_schemas'::name[]))
        AND NOT (n.nspname || '.' || t.relname) LIKE ANY (:'exempt_tables'::text[])
        AND NOT (n.nspname || '.' || t.relname) = ANY (:'tenant_lists'::text[])
        -- Not tables of an extension.
        AND t.oid NOT IN (
            SELECT objid FROM pg_catalog.pg_depend
            WHERE refclassid = 'pg_catalog.pg_extension'::regclass AND deptype = 'e'
                AND classid = 'pg_catalog.pg_class'::regclass
        )
),
key AS (
    SELECT t.*, c.contype = 'p' AS is_primary, c.conkey, c.conname AS name_of_key,
        pg_catalog.pg_get_constraintdef(c.oid) AS definition
    FROM tenant_table AS t
    JOIN pg_catalog.pg_constraint AS c
        ON c.conrelid = t.oid AND c.contype IN ('p', 'u', 'x') AND c.conparentid = 0
        AND NOT t.tenant_attnum = ANY (c.conkey)
    WHERE t.mixed AND t.tenant_attnum IS NOT NULL
    UNION ALL
    SELECT t.*, false, NULL, i.relname,
        'UNIQUE ' || pg_catalog.substring(pg_catalog.pg_get_indexdef(i.oid), 'USING .*')
    FROM tenant_table AS t
    JOIN pg_catalog.pg_index AS x ON x.indrelid = t.oid AND x.indisunique
    JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid AND NOT i.relispartition
    WHERE t.mixed AND t.tenant_attnum IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS c WHERE c.conindid = i.oid AND c.conrelid = t.oid)
        -- Columns of the index and of its WHERE.
        AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend AS d
            WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = i.oid
                AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = t.oid
                AND d.refobjsubid = t.tenant_attnum
                -- INCLUDE only carries it along.
                AND t.tenant_attnum <> ALL ((x.indkey::int2[])[x.indnkeyatts:])
        )
),
only_column AS (
    SELECT key.oid, key.name_of_key, a.attidentity, a.atttypid, pg_catalog.pg_get_expr(d.adbin, 0) AS given
    FROM key
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = key.oid AND key.conkey = ARRAY[a.attnum]
    LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated = ''
)
SELECT key.schema, key.name AS object,
    CASE WHEN one.attidentity <> '' OR one.given LIKE 'nextval(%' OR one.atttypid = 'pg_catalog.uuid'::regtype
        THEN 'warning' ELSE 'error' END AS severity,
    pg_catalog.format('%I: %s counts across all tenants', key.name_of_key, key.definition) AS detail, NULL AS fix
FROM key
LEFT JOIN only_column AS one ON one.oid = key.oid AND one.name_of_key = key.name_of_key
WHERE NOT (
    key.is_primary AND one.atttypid = 'pg_catalog.uuid'::regtype
    AND coalesce(one.given ~ '(gen_random_uuid|uuid_generate_v(4|7|1mc)|uuidv[47])\(', false)
);
