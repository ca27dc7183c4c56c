{#
  What every tenant's table of this project gets, in one place.

    {% from "tenant.sql" import protect, as_tenant %}

  protect     row level security with the project's setting, and updated_at kept by a trigger
  isolate     row level security alone, for tables without updated_at
  as_tenant   the tenant of the rows that a migration writes: row level security binds the owner too

  Applied migrations import this file: a change here is a change to them. Add a macro, do not edit one.
#}
{% from "sqlmig/rls.sql" import tenant_rls, as_tenant as set_tenant %}
{% from "sqlmig/updated_at.sql" import updated_at_trigger %}

{% macro isolate(table) -%}
{{ tenant_rls(table, column='tenant_id', setting='app.current_tenant_id') }}
{%- endmacro %}

{% macro protect(table) -%}
{{ isolate(table) }}
{{ updated_at_trigger(table) }}
{%- endmacro %}

{% macro as_tenant(id) -%}
{{ set_tenant(id, setting='app.current_tenant_id') }}
{%- endmacro %}
