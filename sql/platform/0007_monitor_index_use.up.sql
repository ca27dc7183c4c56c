-- Which indexes of a tenant are read, and which only cost.
CREATE VIEW tenant_index_use AS
SELECT
    t.id AS tenant_id,
    t.tenant_slug,
    s.schemaname AS database_schema_name,
    s.relname AS table_name,
    s.indexrelname AS index_name,
    s.idx_scan AS scans,
    s.idx_tup_read AS entries_read,
    pg_relation_size(s.indexrelid) AS index_bytes,
    i.indisvalid AS is_valid,
    -- A unique index works even when nobody reads it.
    s.idx_scan = 0 AND NOT i.indisunique AS is_unused
FROM tenants AS t
JOIN pg_catalog.pg_stat_user_indexes AS s ON s.schemaname = t.database_schema_name
JOIN pg_catalog.pg_index AS i ON i.indexrelid = s.indexrelid;

COMMENT ON VIEW tenant_index_use IS
    'Index use per tenant since the statistics were last reset: see pg_stat_database.stats_reset before you drop one.';

GRANT SELECT ON tenant_index_use TO pg_monitor, {{ vars.operator_role | ident }};
