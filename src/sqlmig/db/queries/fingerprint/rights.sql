(
    -- The owner is `owner` here: a schema that belongs to somebody else has other owners, and the same grants.
    SELECT coalesce(string_agg(concat(
        CASE a.grantee WHEN 0 THEN 'PUBLIC' WHEN o.owner THEN 'owner' ELSE pg_get_userbyid(a.grantee) END,
        ' ', a.privilege_type, CASE WHEN a.is_grantable THEN ' with grant option' END,
        CASE WHEN a.grantor <> o.owner THEN ' by ' || pg_get_userbyid(a.grantor) END
    ), ', ' ORDER BY a.grantee <> o.owner, a.grantee = 0, pg_get_userbyid(a.grantee) COLLATE "C",
        a.privilege_type COLLATE "C", pg_get_userbyid(a.grantor) COLLATE "C"), 'none')
    FROM aclexplode(o.acl) AS a
)
