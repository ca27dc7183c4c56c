SELECT
    r.relnamespace, 'rule ' || r.relname || '.' || w.rulename,
    CASE WHEN {within r.relnamespace} THEN pg_get_ruledef(w.oid, true) END
    || CASE w.ev_enabled WHEN 'O' THEN '' ELSE ' enabled ' || w.ev_enabled::text END,
    d.description
FROM pg_catalog.pg_class AS r
JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = r.oid
LEFT JOIN pg_catalog.pg_description AS d
    ON d.objoid = w.oid AND d.classoid = 'pg_catalog.pg_rewrite'::regclass AND d.objsubid = 0
WHERE r.oid = ANY (%(pg_class)s::oid[]) AND r.relnamespace = ANY (%(schemas)s::oid[]) AND w.rulename <> '_RETURN'
