-- check: default-privileges-missing
-- severity: warning
-- applies: schemas
-- title: A role of the application gets no privileges on what migrations are going to create for a tenant.
-- reason: The next table of that tenant is there, and the application may not use it. Where no tenant's schema has
--   default privileges for the role it is a note: then each migration has to grant them.
-- decide: Whether migrations grant what they make; otherwise ALTER DEFAULT PRIVILEGES belongs into provision.sql.
WITH owner AS (
    SELECT t.relnamespace, pg_catalog.mode() WITHIN GROUP (ORDER BY t.relowner) AS oid
    FROM pg_catalog.pg_class AS t
    WHERE t.relkind IN ('r', 'p')
    GROUP BY t.relnamespace
),
privilege AS (
    SELECT n.nspname AS schema, coalesce(owner.oid, n.nspowner) AS creator, app.rolname AS role, kind.letter, kind.word,
    (
        SELECT pg_catalog.array_agg(DISTINCT g.privilege_type ORDER BY g.privilege_type)
        FROM pg_catalog.pg_default_acl AS d
        CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS g
        WHERE d.defaclnamespace IN (0, n.oid) AND d.defaclrole = coalesce(owner.oid, n.nspowner)
            AND d.defaclobjtype = kind.letter
            -- What a role may do, its members may.
            AND (g.grantee IN (0, app.oid) OR pg_catalog.pg_has_role(app.oid, g.grantee, 'USAGE'))
    ) AS given
    FROM pg_catalog.pg_namespace AS n
    LEFT JOIN owner ON owner.relnamespace = n.oid
    JOIN pg_catalog.pg_roles AS app ON app.rolname = ANY (:'app_roles'::name[])
    CROSS JOIN (VALUES ('r'::"char", 'TABLES'), ('S', 'SEQUENCES')) AS kind (letter, word)
    WHERE n.nspname = ANY (:'tenant_schemas'::name[])
),
usual AS (
    SELECT role, letter, pg_catalog.mode() WITHIN GROUP (ORDER BY given) AS given
    FROM privilege
    WHERE given IS NOT NULL
    GROUP BY role, letter
)
SELECT p.schema, 'default privileges' AS object,
    CASE WHEN usual.given IS NULL THEN 'note' ELSE 'warning' END AS severity,
    CASE WHEN usual.given IS NULL
        THEN pg_catalog.format('%I has none on new %s, as in every tenant', p.role, pg_catalog.lower(p.word))
        ELSE pg_catalog.format('%I has %s on new %s that %I creates; other tenants'' schemas give it %s', p.role,
            coalesce('only ' || pg_catalog.array_to_string(p.given, ', '), 'none'), pg_catalog.lower(p.word),
            pg_catalog.pg_get_userbyid(p.creator), pg_catalog.array_to_string(usual.given, ', '))
    END AS detail,
    CASE WHEN usual.given IS NOT NULL THEN pg_catalog.format(
        'ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT %s ON %s TO %I;',
        pg_catalog.pg_get_userbyid(p.creator), p.schema, pg_catalog.array_to_string(usual.given, ', '), p.word, p.role
    ) END AS fix
FROM privilege AS p
LEFT JOIN usual ON usual.role = p.role AND usual.letter = p.letter
WHERE (usual.given IS NULL AND p.letter = 'r' OR NOT coalesce(p.given, '{}') @> usual.given)
    AND p.schema = ANY (:'schemas'::name[]);
