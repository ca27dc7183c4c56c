-- sqlmig: requires platform 0002
-- Who changed which row, from what to what. The application reads the trail; only the trigger writes to it.
{% from "sqlmig/audit.sql" import audit_table, audit_function, audit_trigger, append_only_function,
    append_only_trigger %}
{% from "tenant.sql" import isolate %}

{{ audit_table() }}

COMMENT ON TABLE audit_log IS 'Every change to the tables with the trigger record_change; append-only.';

{{ isolate('audit_log') }}

-- The schema's default privileges gave these to the application.
REVOKE INSERT, UPDATE, DELETE ON audit_log FROM {{ vars.app_role | ident }};

{{ append_only_function() }}

{{ append_only_trigger('audit_log') }}

{{ audit_function(schema) }}

{% for table in ['users', 'participants', 'deals', 'deal_participants'] -%}
{{ audit_trigger(table) }}
{% endfor -%}
