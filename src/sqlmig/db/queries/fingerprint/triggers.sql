SELECT
    r.relnamespace, 'trigger ' || r.relname || '.' || g.tgname,
    CASE WHEN {within r.relnamespace} THEN pg_get_triggerdef(g.oid, true) END
    || CASE g.tgenabled WHEN 'O' THEN '' ELSE ' enabled ' || g.tgenabled::text END,
    d.description
FROM pg_catalog.pg_class AS r
JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = r.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON d.objoid = g.oid AND d.classoid = 'pg_catalog.pg_trigger'::regclass AND d.objsubid = 0
WHERE r.oid = ANY (%(pg_class)s::oid[]) AND r.relnamespace = ANY (%(schemas)s::oid[]) AND NOT g.tgisinternal
