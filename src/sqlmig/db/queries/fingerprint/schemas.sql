-- The schemas themselves, and the default privileges in them.
SELECT n.oid, 'schema', pg_get_userbyid(o.owner), {rights}, d.description
FROM pg_catalog.pg_namespace AS n
CROSS JOIN LATERAL (SELECT n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner))) AS o (owner, acl)
LEFT JOIN pg_catalog.pg_description AS d
    ON d.objoid = n.oid AND d.classoid = 'pg_catalog.pg_namespace'::regclass AND d.objsubid = 0
WHERE n.oid = ANY (%(schemas)s::oid[])
UNION ALL
SELECT
    n.oid,
    'default privileges of ' || CASE o.owner WHEN n.nspowner THEN 'owner' ELSE pg_get_userbyid(o.owner) END
    || ' on ' || CASE p.defaclobjtype
        WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
        ELSE p.defaclobjtype::text
    END,
    NULL, {rights}, NULL
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_default_acl AS p ON p.defaclnamespace = n.oid
CROSS JOIN LATERAL (SELECT p.defaclrole, p.defaclacl) AS o (owner, acl)
WHERE n.oid = ANY (%(schemas)s::oid[])
