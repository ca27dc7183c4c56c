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
        -- Not what an extension made, and granted.
        AND t.oid NOT IN (
            SELECT objid FROM pg_catalog.pg_depend
            WHERE refclassid = 'pg_catalog.pg_extension'::regclass AND deptype = 'e'
                AND classid = 'pg_catalog.pg_class'::regclass
        )
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
    ) || CASE WHEN d.defaclnamespace = 0
        THEN pg_catalog.format(' of %I, in every schema', pg_catalog.pg_get_userbyid(d.defaclrole)) ELSE '' END,
    pg_catalog.format(
        'ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE %s ON %s FROM PUBLIC;',
        pg_catalog.pg_get_userbyid(d.defaclrole), ' IN SCHEMA ' || pg_catalog.quote_ident(n.nspname),
        pg_catalog.string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type),
        CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' ELSE 'SEQUENCES' END
    )
FROM pg_catalog.pg_default_acl AS d
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS g
WHERE d.defaclobjtype IN ('r', 'S') AND g.grantee = 0
    AND (
        n.nspname = ANY (:'schemas'::name[])
        -- Without a schema they count for all that the role makes.
        OR d.defaclnamespace = 0 AND EXISTS (
            SELECT FROM pg_catalog.pg_namespace AS s
            WHERE s.nspname = ANY (:'schemas'::name[]) AND (
                s.nspowner = d.defaclrole
                OR EXISTS (SELECT FROM pg_catalog.pg_class AS t WHERE t.relnamespace = s.oid AND t.relowner = d.defaclrole)
            )
        )
    )
GROUP BY n.nspname, d.defaclnamespace, d.defaclrole, d.defaclobjtype;
