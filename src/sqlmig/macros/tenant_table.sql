{#
  The parts of a table whose rows belong to a tenant: keys, references and indexes that begin with the tenant.

    {% from "sqlmig/tenant_table.sql" import tenant_columns, tenant_primary_key, tenant_index %}

  In a CREATE TABLE:
    tenant_columns              the tenant's id, filled in from the session, and the row's own id
    tenant_primary_key          PRIMARY KEY (tenant_id, id)
    tenant_unique               UNIQUE (tenant_id, ...)
    tenant_foreign_key          FOREIGN KEY (tenant_id, ...) REFERENCES other (tenant_id, ...): foreign keys are
                                checked without row level security, so the tenant must be part of them
  Statements:
    tenant_index                CREATE INDEX; on a table of the same migration
    tenant_unique_index         CREATE UNIQUE INDEX; likewise
    tenant_index_concurrently   CREATE INDEX CONCURRENTLY; alone in a file with `-- sqlmig: transaction off`

  `columns` is a list of names, without the tenant's; `order` gives some of them a direction: {'created_at': 'DESC'}.
  `type`, `where`, `on_delete`, `order` and `method` are written as given, everything else is quoted where it needs it.
  Names are made as PostgreSQL makes them: table_columns_suffix.
#}
{% macro tenant_columns(column='tenant_id', type='uuid', setting='app.current_tenant_id') -%}
{{ column | ident }} {{ type }} NOT NULL DEFAULT nullif(current_setting({{ setting | literal }}, true), '')::{{ type }},
    id uuid NOT NULL DEFAULT gen_random_uuid()
{%- endmacro %}

{% macro tenant_primary_key(table, columns=['id'], column='tenant_id') -%}
CONSTRAINT {{ (table ~ '_pkey') | ident }} PRIMARY KEY ({{ _columns(column, columns) }})
{%- endmacro %}

{% macro tenant_unique(table, columns, column='tenant_id', name=none) -%}
CONSTRAINT {{ (name or table ~ '_' ~ columns | join('_') ~ '_key') | ident }} UNIQUE ({{ _columns(column, columns) }})
{%- endmacro %}

{% macro tenant_foreign_key(table, columns, target, target_columns=['id'], on_delete='NO ACTION', column='tenant_id',
                            name=none) -%}
CONSTRAINT {{ (name or table ~ '_' ~ columns | join('_') ~ '_fkey') | ident }}
        FOREIGN KEY ({{ _columns(column, columns) }})
        REFERENCES {{ target | ident }} ({{ _columns(column, target_columns) }}) ON DELETE {{ on_delete }}
{%- endmacro %}

{% macro tenant_index(table, columns, order={}, method='btree', where=none, column='tenant_id', name=none) -%}
CREATE INDEX {{ _index(table, columns, order, method, where, column, name) }}
{%- endmacro %}

{% macro tenant_unique_index(table, columns, order={}, where=none, column='tenant_id', name=none) -%}
CREATE UNIQUE INDEX {{ _index(table, columns, order, 'btree', where, column, name) }}
{%- endmacro %}

{% macro tenant_index_concurrently(table, columns, order={}, method='btree', where=none, column='tenant_id',
                                   name=none) -%}
CREATE INDEX CONCURRENTLY {{ _index(table, columns, order, method, where, column, name) }}
{%- endmacro %}

{% macro _index(table, columns, order, method, where, column, name) -%}
{{ (name or table ~ '_' ~ columns | join('_') ~ '_idx') | ident }}
    ON {{ table | ident }} USING {{ method }} ({{ _columns(column, columns, order) }})
{%- if where %} WHERE {{ where }}{% endif %};
{%- endmacro %}

{% macro _columns(first, others, order={}) -%}
{{ first | ident }}
{%- for other in others -%}
, {{ other | ident }}{{ ' ' ~ order[other] if other in order else '' }}
{%- endfor -%}
{%- endmacro %}
