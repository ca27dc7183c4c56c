SELECT
    r.relnamespace, 'policy ' || r.relname || '.' || p.polname,
    concat_ws(
        ' ', CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END, 'for', p.polcmd, 'to', (
            SELECT string_agg(
                CASE o WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(o) END, ', ' ORDER BY o = 0, pg_get_userbyid(o)
            )
            FROM unnest(p.polroles) AS o
        ),
        CASE WHEN {within r.relnamespace} THEN concat_ws(
            ' ', 'using (' || pg_get_expr(p.polqual, r.oid) || ')',
            'with check (' || pg_get_expr(p.polwithcheck, r.oid) || ')'
        ) END
    ),
    d.description
FROM pg_catalog.pg_class AS r
JOIN pg_catalog.pg_policy AS p ON p.polrelid = r.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON d.objoid = p.oid AND d.classoid = 'pg_catalog.pg_policy'::regclass AND d.objsubid = 0
WHERE r.oid = ANY (%(pg_class)s::oid[]) AND r.relnamespace = ANY (%(schemas)s::oid[])
