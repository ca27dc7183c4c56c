, object (namespace, word, name, private, owner, acl, kind) AS (
    SELECT oid, 'SCHEMA', '', '', owner, acl, 'n' FROM target
    UNION ALL
    SELECT namespace, CASE kind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, quote_ident(name), '', owner, acl,
        CASE kind WHEN 'S' THEN 's' ELSE 'r' END
    FROM relation
    UNION ALL
    SELECT r.namespace, 'TABLE', quote_ident(r.name), quote_ident(a.attname), r.owner, a.attacl, 'c'
    FROM relation AS r
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT namespace, 'TYPE', quote_ident(name), '', owner, acl, 'T' FROM type WHERE kind <> 'm'
    UNION ALL
    SELECT r.namespace, 'ROUTINE', CASE WHEN set_config('search_path', r.path, true) IS NOT NULL
        THEN quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(r.oid) || ')'
    END, '', r.owner, r.acl, 'f'
    FROM routine AS r
    JOIN pg_catalog.pg_proc AS p ON p.oid = r.oid
    UNION ALL
    SELECT d.defaclnamespace, 'DEFAULT', CASE d.defaclobjtype
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
