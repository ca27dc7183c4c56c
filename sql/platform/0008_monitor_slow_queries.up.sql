-- Slow statements by tenant schema, from pg_stat_statements where it is installed; nothing where it is not.
--
-- pg_stat_statements does not record search_path. A statement is a tenant's when its text names the tenant's schema,
-- qualified or in a comment such as /* schema=NAME */. All others come with tenant and schema NULL; from
-- PostgreSQL 18 on, such a statement has one entry for all tenants.
CREATE FUNCTION slow_queries(minimum_mean interval DEFAULT '100 milliseconds')
    RETURNS TABLE (
        tenant_slug text,
        database_schema_name text,
        query_id bigint,
        query text,
        calls bigint,
        mean_ms double precision,
        total_ms double precision,
        row_count bigint
    )
    LANGUAGE plpgsql
    STABLE
    SET search_path = {{ schema | ident }}, pg_temp
AS $function$
DECLARE
    extension_schema name;
BEGIN
    SELECT n.nspname INTO extension_schema
    FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_stat_statements';
    IF extension_schema IS NULL THEN
        RETURN;
    END IF;

    RETURN QUERY EXECUTE format(
        $query$
        SELECT
            t.tenant_slug, t.database_schema_name, s.queryid, s.query, s.calls,
            s.mean_exec_time, s.total_exec_time, s.rows
        FROM %I.pg_stat_statements AS s
        LEFT JOIN LATERAL (
            SELECT DISTINCT coalesce(replace(m[1], '""', '"'), lower(m[2]), m[3]) AS name
            FROM regexp_matches(
                s.query, '"((?:[^"]|"")+)"\s*\.|([a-z_][a-z0-9_$]*)\s*\.|\mschema=([^\s*,]+)', 'gi'
            ) AS m
        ) AS named ON EXISTS (SELECT FROM tenants AS known WHERE known.database_schema_name = named.name)
        LEFT JOIN tenants AS t ON t.database_schema_name = named.name
        WHERE s.dbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
            AND s.mean_exec_time >= $1
        ORDER BY s.total_exec_time DESC
        $query$,
        extension_schema
    )
    USING extract(epoch FROM minimum_mean)::double precision * 1000;
EXCEPTION
    -- Installed in the database, but not in shared_preload_libraries.
    WHEN object_not_in_prerequisite_state THEN
        RAISE NOTICE 'pg_stat_statements is not loaded';
END
$function$;

COMMENT ON FUNCTION slow_queries(interval) IS
    'Statements that take at least so long on average, by the tenant whose schema they name.';

REVOKE ALL ON FUNCTION slow_queries(interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION slow_queries(interval) TO pg_monitor;
-- The function runs with its caller's rights: pg_monitor sees everybody's statements, and now the tenants' names.
GRANT SELECT ON tenants TO pg_monitor;
