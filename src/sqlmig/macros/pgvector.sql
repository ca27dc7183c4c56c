{#
  pgvector: the extension, columns that are there only where the extension is, and indexes for nearest neighbours.

    {% from "sqlmig/pgvector.sql" import where_vector, hnsw_index %}

  vector_extension              CREATE EXTENSION where the server has it; for a shared track
  where_vector                  {% call where_vector() %} ... {% endcall %}: statements that run where the extension is
                                installed and nowhere else, so that servers with and without it have the same history
  hnsw_index                    good recall from an empty table on; slower to build
  hnsw_index_concurrently       on a table that has rows: alone in a file with `-- sqlmig: transaction off`
  ivfflat_index                 quick to build, small; only on a table that has its rows: it learns its lists from them
  ivfflat_index_concurrently    likewise, alone in a file with `-- sqlmig: transaction off`

  `distance` is cosine, l2, ip or, with hnsw, l1; `type` is vector (up to 2,000 dimensions) or halfvec (4,000).
  The operator class is always written out: with the wrong one the index is never used. `schema` is the extension's.
#}
{% macro vector_extension(schema='extensions') -%}
DO $do$
DECLARE
    present_in text := (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'vector');
BEGIN
    IF present_in <> quote_ident({{ schema | literal }}) THEN
        RAISE EXCEPTION 'extension vector is in schema %', present_in
            USING HINT = {{ ('Move it: ALTER EXTENSION vector SET SCHEMA ' ~ schema | ident) | literal }};
    ELSIF present_in IS NULL AND EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN
        CREATE EXTENSION vector WITH SCHEMA {{ schema | ident }};
    END IF;
END
$do$;
{%- endmacro %}

{% macro where_vector(schema='extensions') -%}
DO $do$
BEGIN
    IF to_regtype({{ (schema | ident ~ '.vector') | literal }}) IS NULL THEN
        RETURN;
    END IF;
    {{- caller() -}}
END
$do$;
{%- endmacro %}

{% macro hnsw_index(table, column='embedding', distance='cosine', type='vector', m=16, ef_construction=64,
                    schema='extensions', name=none) -%}
CREATE INDEX {{ _hnsw(table, column, distance, type, m, ef_construction, schema, name) }}
{%- endmacro %}

{% macro hnsw_index_concurrently(table, column='embedding', distance='cosine', type='vector', m=16, ef_construction=64,
                                 schema='extensions', name=none) -%}
CREATE INDEX CONCURRENTLY {{ _hnsw(table, column, distance, type, m, ef_construction, schema, name) }}
{%- endmacro %}

{% macro ivfflat_index(table, column='embedding', distance='cosine', type='vector', lists=100, schema='extensions',
                       name=none) -%}
CREATE INDEX {{ _ivfflat(table, column, distance, type, lists, schema, name) }}
{%- endmacro %}

{% macro ivfflat_index_concurrently(table, column='embedding', distance='cosine', type='vector', lists=100,
                                    schema='extensions', name=none) -%}
CREATE INDEX CONCURRENTLY {{ _ivfflat(table, column, distance, type, lists, schema, name) }}
{%- endmacro %}

{% macro _hnsw(table, column, distance, type, m, ef_construction, schema, name) -%}
{{ (name or table ~ '_' ~ column ~ '_hnsw_idx') | ident }} ON {{ table | ident }}
    USING hnsw ({{ column | ident }} {{ _operators(schema, type, distance) }})
    WITH (m = {{ m | int }}, ef_construction = {{ ef_construction | int }});
{%- endmacro %}

{% macro _ivfflat(table, column, distance, type, lists, schema, name) -%}
{{ (name or table ~ '_' ~ column ~ '_ivfflat_idx') | ident }} ON {{ table | ident }}
    USING ivfflat ({{ column | ident }} {{ _operators(schema, type, distance) }})
    WITH (lists = {{ lists | int }});
{%- endmacro %}

{% macro _operators(schema, type, distance) -%}
{{ schema | ident }}.{{ (type ~ '_' ~ distance ~ '_ops') | ident }}
{%- endmacro %}
