-- What was done on a deal, by whom and when.
{% from "sqlmig/tenant_table.sql" import tenant_columns, tenant_primary_key, tenant_foreign_key, tenant_index %}
{% from "tenant.sql" import protect %}

CREATE TABLE deal_activities (
    {{ tenant_columns() }},
    deal_id uuid NOT NULL,
    user_id uuid,
    activity_kind text NOT NULL,
    summary text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    occurred_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    {{ tenant_primary_key('deal_activities') }},
    {{ tenant_foreign_key('deal_activities', ['deal_id'], 'deals', on_delete='CASCADE') }},
    {{ tenant_foreign_key('deal_activities', ['user_id'], 'users') }},
    CONSTRAINT deal_activities_activity_kind_check
        CHECK (activity_kind IN ('note', 'call', 'meeting', 'email', 'task', 'stage_change')),
    CONSTRAINT deal_activities_details_check CHECK (jsonb_typeof(details) = 'object')
);

COMMENT ON TABLE deal_activities IS 'What was done on a deal, by whom and when.';
COMMENT ON COLUMN deal_activities.user_id IS 'NULL when the platform did it.';

{{ tenant_index('deal_activities', ['deal_id', 'occurred_at'], order={'occurred_at': 'DESC'}) }}
{{ tenant_index('deal_activities', ['user_id']) }}

{{ protect('deal_activities') }}
