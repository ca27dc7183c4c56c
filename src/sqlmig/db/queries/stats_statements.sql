-- Statements by total time. pg_stat_statements does not record search_path: a statement is a tenant's when its text
-- names the tenant's schema, qualified or in a comment such as /* schema=NAME */, of which PostgreSQL 18 leaves those
-- in front out.
SELECT named.schema, s.queryid, s.query, s.calls, s.mean_exec_time, s.total_exec_time, s.rows
FROM {extension}.pg_stat_statements s
LEFT JOIN LATERAL (
    SELECT DISTINCT coalesce(pg_catalog.replace(m[1], '""', '"'), pg_catalog.lower(m[2]), m[3]) AS schema
    FROM pg_catalog.regexp_matches(
        s.query, '"((?:[^"]|"")+)"\s*\.|([a-z_][a-z0-9_$]*)\s*\.|\mschema=([^\s*,]+)', 'gi'
    ) AS m
) named ON named.schema = ANY(%(schemas)s::text[])
WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
  AND (named.schema IS NOT NULL OR %(others)s)
ORDER BY s.total_exec_time DESC, s.queryid
