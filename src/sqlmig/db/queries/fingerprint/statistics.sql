-- Extended statistics, which nobody has rights on.
SELECT
    x.stxnamespace, 'statistics ' || x.stxname,
    CASE WHEN {within x.stxnamespace}
        THEN x.stxkind::text || ' ' || pg_get_statisticsobjdef_columns(x.oid) || ' ' || x.stxrelid::regclass::text
    END,
    pg_get_userbyid(x.stxowner), d.description
FROM pg_catalog.pg_statistic_ext AS x
LEFT JOIN pg_catalog.pg_description AS d
    ON d.objoid = x.oid AND d.classoid = 'pg_catalog.pg_statistic_ext'::regclass AND d.objsubid = 0
WHERE x.oid = ANY (%(pg_statistic_ext)s::oid[]) AND x.stxnamespace = ANY (%(schemas)s::oid[])
