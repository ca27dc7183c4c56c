{#
  Row level security: every statement sees and writes the rows of one tenant only.

    {% from "sqlmig/rls.sql" import tenant_rls, as_tenant %}

  tenant_predicate      the comparison that the policies make
  enable_rls            ENABLE and FORCE: the table's owner is bound too
  tenant_policy         one policy for all commands
  tenant_rls            both of the above: what a tenant's table needs
  tenant_policies       one policy per command, for tables where commands differ
  shared_table_rls      a table that all tenants share, with roles that may read across tenants
  as_tenant             sets the tenant for the rest of the transaction: for rows that a migration writes

  `table`, `column`, `name` and roles are quoted where they need it; `type` is written as given.
  A setting that is missing or empty selects no row and lets no row in.
#}
{% macro tenant_predicate(column='tenant_id', setting='app.current_tenant_id', type='uuid') -%}
{{ column | ident }} = (SELECT nullif(current_setting({{ setting | literal }}, true), '')::{{ type }})
{%- endmacro %}

{% macro enable_rls(table) -%}
ALTER TABLE {{ table | ident }} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {{ table | ident }} FORCE ROW LEVEL SECURITY;
{%- endmacro %}

{% macro tenant_policy(table, column='tenant_id', setting='app.current_tenant_id', type='uuid', roles=['PUBLIC'],
                       name='tenant_isolation') -%}
CREATE POLICY {{ name | ident }} ON {{ table | ident }}
    FOR ALL TO {{ _roles(roles) }}
    USING ({{ tenant_predicate(column, setting, type) }})
    WITH CHECK ({{ tenant_predicate(column, setting, type) }});
{%- endmacro %}

{% macro tenant_rls(table, column='tenant_id', setting='app.current_tenant_id', type='uuid', roles=['PUBLIC'],
                    name='tenant_isolation') -%}
{{ enable_rls(table) }}
{{ tenant_policy(table, column, setting, type, roles, name) }}
{%- endmacro %}

{% macro tenant_policies(table, commands=['SELECT', 'INSERT', 'UPDATE', 'DELETE'], column='tenant_id',
                         setting='app.current_tenant_id', type='uuid', roles=['PUBLIC'], prefix='tenant') -%}
{%- for command in commands -%}
CREATE POLICY {{ (prefix ~ '_' ~ command | lower) | ident }} ON {{ table | ident }}
    FOR {{ command | upper }} TO {{ _roles(roles) }}
{%- if command | upper != 'INSERT' %}
    USING ({{ tenant_predicate(column, setting, type) }})
{%- endif %}
{%- if command | upper in ['INSERT', 'UPDATE'] %}
    WITH CHECK ({{ tenant_predicate(column, setting, type) }})
{%- endif %};
{%- if not loop.last %}
{% endif %}
{%- endfor -%}
{%- endmacro %}

{% macro shared_table_rls(table, readers=[], column='tenant_id', setting='app.current_tenant_id', type='uuid',
                          roles=['PUBLIC']) -%}
{{ tenant_rls(table, column, setting, type, roles) }}
{%- if readers %}
CREATE POLICY read_across_tenants ON {{ table | ident }}
    FOR SELECT TO {{ _roles(readers) }}
    USING (true);
{%- endif %}
{%- endmacro %}

{% macro as_tenant(id, setting='app.current_tenant_id') -%}
SET LOCAL {{ setting.split('.') | map('ident') | join('.') }} = {{ id | string | literal }};
{%- endmacro %}

{% macro _roles(roles) -%}
{%- for role in ([roles] if roles is string else roles) -%}
{{ 'PUBLIC' if role == 'PUBLIC' else role | ident }}{{ '' if loop.last else ', ' }}
{%- endfor -%}
{%- endmacro %}
