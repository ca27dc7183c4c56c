-- Every schema but the system's, with its owner, the grants on it, the default privileges in it, and who owns its relations: one row a
-- fact, each from one scan. Joins of catalogs that nobody has analysed take the planner by surprise.
SELECT n.oid::bigint, 'schema', n.nspname::text, pg_catalog.pg_get_userbyid(n.nspowner)::text, NULL::text, NULL::text
FROM pg_catalog.pg_namespace AS n
WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
UNION ALL
SELECT n.oid::bigint, 'grant', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END,
       a.privilege_type, NULL, NULL
FROM pg_catalog.pg_namespace AS n, LATERAL pg_catalog.aclexplode(n.nspacl) AS a
WHERE a.grantee <> n.nspowner
UNION ALL
SELECT d.defaclnamespace::bigint, 'default', pg_catalog.pg_get_userbyid(d.defaclrole)::text,
       CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' ELSE 'TYPES' END,
       CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END, a.privilege_type
FROM pg_catalog.pg_default_acl AS d, LATERAL pg_catalog.aclexplode(d.defaclacl) AS a
WHERE d.defaclnamespace <> 0
UNION ALL
SELECT o.relnamespace::bigint, 'owner', pg_catalog.pg_get_userbyid(o.relowner)::text, NULL, NULL, NULL
FROM (
    SELECT DISTINCT c.relnamespace, c.relowner FROM pg_catalog.pg_class AS c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
) AS o
