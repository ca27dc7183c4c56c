-- How much room each tenant takes, and how much of its limit that is.
CREATE VIEW tenant_storage AS
SELECT
    t.id AS tenant_id,
    t.tenant_slug,
    t.database_schema_name,
    s.tables,
    s.indexes,
    s.table_bytes,
    s.index_bytes,
    s.table_bytes + s.index_bytes AS total_bytes,
    t.max_storage_bytes,
    round((s.table_bytes + s.index_bytes)::numeric / t.max_storage_bytes, 4) AS used_share
FROM tenants AS t
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE c.relkind IN ('r', 'm')) AS tables,
        count(*) FILTER (WHERE c.relkind = 'i') AS indexes,
        coalesce(sum(pg_table_size(c.oid)) FILTER (WHERE c.relkind IN ('r', 'm')), 0)::bigint AS table_bytes,
        coalesce(sum(pg_relation_size(c.oid)) FILTER (WHERE c.relkind = 'i'), 0)::bigint AS index_bytes
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = t.database_schema_name AND c.relkind IN ('r', 'm', 'i')
) AS s;

COMMENT ON VIEW tenant_storage IS
    'Tables, indexes and bytes per tenant. Asks the file system about every relation: select the tenants you want.';

GRANT USAGE ON SCHEMA {{ schema | ident }} TO pg_monitor;
GRANT SELECT ON tenant_storage TO pg_monitor, {{ vars.operator_role | ident }};
