-- Who has what on a schema and on all in it, and what ALL PRIVILEGES means there.
WITH target AS MATERIALIZED (
    SELECT n.oid, n.nspowner AS owner, n.nspacl AS acl, quote_ident(n.nspname) || ', pg_catalog' AS path
    FROM pg_catalog.pg_namespace AS n
    WHERE n.nspname = %(schema)s
),
member AS MATERIALIZED (
    SELECT DISTINCT d.classid, d.objid
    FROM target AS t
    JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_namespace'::regclass AND d.refobjid = t.oid
    WHERE d.deptype = 'n'
        AND NOT EXISTS (
            SELECT
            FROM pg_catalog.pg_depend AS e
            WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e'
                AND e.refclassid = 'pg_catalog.pg_extension'::regclass
        )
),
relation AS (
    SELECT c.oid, c.relname AS name, c.relkind AS kind, c.relowner AS owner, c.relacl AS acl
    FROM target AS t
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = t.oid
    JOIN member AS m ON m.classid = 'pg_catalog.pg_class'::regclass AND m.objid = c.oid
    WHERE c.relkind <> 'c'
),
object (word, name, private, owner, acl, kind) AS (
    SELECT 'SCHEMA', '', '', owner, acl, 'n' FROM target
    UNION ALL
    SELECT CASE kind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, quote_ident(name), '', owner, acl,
        CASE kind WHEN 'S' THEN 's' ELSE 'r' END
    FROM relation
    UNION ALL
    SELECT 'TABLE', quote_ident(r.name), quote_ident(a.attname), r.owner, a.attacl, 'c'
    FROM relation AS r
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT 'TYPE', quote_ident(y.typname), '', y.typowner, y.typacl, 'T'
    FROM target AS t
    JOIN pg_catalog.pg_type AS y ON y.typnamespace = t.oid
    JOIN member AS m ON m.classid = 'pg_catalog.pg_type'::regclass AND m.objid = y.oid
    WHERE y.typtype <> 'm'
    UNION ALL
    SELECT 'ROUTINE', CASE WHEN set_config('search_path', t.path, true) IS NOT NULL
        THEN quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')'
    END, '', p.proowner, p.proacl, 'f'
    FROM target AS t
    JOIN pg_catalog.pg_proc AS p ON p.pronamespace = t.oid
    JOIN member AS m ON m.classid = 'pg_catalog.pg_proc'::regclass AND m.objid = p.oid
    UNION ALL
    SELECT 'DEFAULT', CASE d.defaclobjtype
        WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES'
    END, CASE d.defaclrole WHEN t.owner THEN '' ELSE quote_ident(pg_get_userbyid(d.defaclrole)) END,
        d.defaclrole, d.defaclacl, lower(d.defaclobjtype::text)
    FROM target AS t
    JOIN pg_catalog.pg_default_acl AS d ON d.defaclnamespace = t.oid
)
SELECT
    o.word, o.name, o.private,
    CASE a.grantee WHEN 0 THEN 'PUBLIC' WHEN o.owner THEN 'CURRENT_USER' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
    a.is_grantable,
    array_agg(DISTINCT a.privilege_type ORDER BY a.privilege_type),
    array(
        SELECT e.privilege_type
        FROM aclexplode(acldefault(CASE o.kind WHEN 't' THEN 'T' ELSE o.kind END::"char", o.owner)) AS e
        WHERE e.grantee = o.owner
        ORDER BY e.privilege_type
    )
FROM object AS o
CROSS JOIN LATERAL aclexplode(coalesce(o.acl, acldefault(o.kind::"char", o.owner))) AS a
GROUP BY 1, 2, 3, 4, 5, o.kind, o.owner
ORDER BY 1, 2, 3, 4, 5
