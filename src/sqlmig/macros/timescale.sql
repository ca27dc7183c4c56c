{#
  TimescaleDB (2.13 or newer): hypertables, compression, retention and continuous aggregates.

    {% from "sqlmig/timescale.sql" import hypertable, compression, retention, continuous_aggregate %}

  hypertable              turns an empty table into one that is cut into chunks by time
  compression             compresses chunks older than `after`, rows of one `segment_by` together
  retention               drops chunks older than `after`: their rows are gone
  continuous_aggregate    {% call continuous_aggregate('name') %} SELECT ... {% endcall %}: a view that is kept by a
                          policy; created empty, so that it can run in the migration's transaction
  drop_compression_policy, drop_retention_policy, drop_continuous_aggregate    for the down files

  Compressed hypertables and continuous aggregates do not go together with row level security: TimescaleDB refuses.
  Keep tenants apart by schema there. A policy is a background job: one per tenant when a tenant's migration adds it.
  Unique keys of a hypertable contain its time column. `schema` is the extension's.
#}
{% macro hypertable(table, time_column='time', chunk_interval='7 days', schema='extensions') -%}
SELECT {{ schema | ident }}.create_hypertable(
    {{ table | ident | literal }}::regclass,
    {{ schema | ident }}.by_range({{ time_column | literal }}, INTERVAL {{ chunk_interval | literal }})
);
{%- endmacro %}

{% macro compression(table, segment_by=['tenant_id'], order_by='time DESC', after='30 days', schema='extensions') -%}
ALTER TABLE {{ table | ident }} SET (
    timescaledb.compress,
    timescaledb.compress_segmentby = {{ segment_by | map('ident') | join(', ') | literal }},
    timescaledb.compress_orderby = {{ order_by | literal }}
);
SELECT {{ schema | ident }}.add_compression_policy(
    {{ table | ident | literal }}::regclass, compress_after => INTERVAL {{ after | literal }}
);
{%- endmacro %}

{% macro retention(table, after, schema='extensions') -%}
SELECT {{ schema | ident }}.add_retention_policy(
    {{ table | ident | literal }}::regclass, drop_after => INTERVAL {{ after | literal }}
);
{%- endmacro %}

{% macro continuous_aggregate(view, start_offset='3 days', end_offset='1 hour', every='1 hour', schema='extensions') -%}
CREATE MATERIALIZED VIEW {{ view | ident }}
    WITH (timescaledb.continuous, timescaledb.materialized_only = false)
AS
{{ caller() }}
WITH NO DATA;
SELECT {{ schema | ident }}.add_continuous_aggregate_policy(
    {{ view | ident | literal }}::regclass,
    start_offset => INTERVAL {{ start_offset | literal }},
    end_offset => INTERVAL {{ end_offset | literal }},
    schedule_interval => INTERVAL {{ every | literal }}
);
{%- endmacro %}

{% macro drop_compression_policy(table, schema='extensions') -%}
SELECT {{ schema | ident }}.remove_compression_policy({{ table | ident | literal }}::regclass);
{%- endmacro %}

{% macro drop_retention_policy(table, schema='extensions') -%}
SELECT {{ schema | ident }}.remove_retention_policy({{ table | ident | literal }}::regclass);
{%- endmacro %}

{% macro drop_continuous_aggregate(view) -%}
DROP MATERIALIZED VIEW {{ view | ident }};
{%- endmacro %}
