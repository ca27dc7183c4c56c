-- check: grant-to-public
-- severity: error
-- title: PUBLIC has privileges in a tenant's schema, or in one that tenants share.
-- reason: Every role of the server has them, and every role to come. USAGE of a schema, and default privileges, are a
--   warning: they open the door to what else is granted.
WITH granted AS (
    SELECT n.nspname AS schema, t.relname AS object, 'error' AS severity, g.privilege_type AS privilege,
        CASE t.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_class AS t ON t.relnamespace = n.oid AND t.relacl IS NOT NULL
    CROSS JOIN LATERAL pg_catalog.aclexplode(t.relacl) AS g
    WHERE n.nspname = ANY (:'schemas'::name[]) AND g.grantee = 0
    UNION ALL
    SELECT n.nspname, t.relname, 'error', pg_catalog.format('%s (%I)', g.privilege_type, a.attname), 'TABLE'
    FROM pg_catalog.pg_attribute AS a
    JOIN pg_catalog.pg_class AS t ON t.oid = a.attrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
    CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) AS g
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND n.nspname = ANY (:'schemas'::name[]) AND g.grantee = 0
    UNION ALL
    SELECT n.nspname, NULL, CASE g.privilege_type WHEN 'CREATE' THEN 'error' ELSE 'warning' END, g.privilege_type,
        'SCHEMA'
    FROM pg_catalog.pg_namespace AS n
    CROSS JOIN LATERAL pg_catalog.aclexplode(n.nspacl) AS g
    WHERE n.nspname = ANY (:'schemas'::name[]) AND g.grantee = 0
)
SELECT schema, coalesce(object, 'the schema') AS object, pg_catalog.min(severity) AS severity,
    pg_catalog.format('PUBLIC has %s', pg_catalog.string_agg(privilege, ', ' ORDER BY privilege)) AS detail,
    pg_catalog.format(
        'REVOKE %s ON %s %s FROM PUBLIC;', pg_catalog.string_agg(privilege, ', ' ORDER BY privilege), kind,
        CASE kind WHEN 'SCHEMA' THEN pg_catalog.quote_ident(schema)
            ELSE pg_catalog.format('%I.%I', schema, object) END
    ) AS fix
FROM granted
GROUP BY schema, object, kind
UNION ALL
SELECT n.nspname, 'default privileges', 'warning',
    pg_catalog.format(
        'PUBLIC gets %s on each new %s', pg_catalog.string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type),
        CASE d.defaclobjtype WHEN 'r' THEN 'table' ELSE 'sequence' END
    ),
    pg_catalog.format(
        'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I REVOKE %s ON %s FROM PUBLIC;',
        pg_catalog.pg_get_userbyid(d.defaclrole), n.nspname,
        pg_catalog.string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type),
        CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' ELSE 'SEQUENCES' END
    )
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_default_acl AS d ON d.defaclnamespace = n.oid AND d.defaclobjtype IN ('r', 'S')
CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS g
WHERE n.nspname = ANY (:'schemas'::name[]) AND g.grantee = 0
GROUP BY n.nspname, d.defaclrole, d.defaclobjtype;
