-- Deals, and who takes part in them.
{% from "sqlmig/tenant_table.sql" import tenant_columns, tenant_primary_key, tenant_unique, tenant_foreign_key,
    tenant_index %}
{% from "tenant.sql" import protect %}

CREATE TABLE deals (
    {{ tenant_columns() }},
    title text NOT NULL,
    description text,
    deal_status text NOT NULL DEFAULT 'open',
    stage_id uuid NOT NULL,
    deal_value numeric(18, 2),
    currency text NOT NULL DEFAULT 'EUR',
    expected_close_on date,
    closed_at timestamptz,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    {{ tenant_primary_key('deals') }},
    {{ tenant_foreign_key('deals', ['stage_id'], 'pipeline_stages') }},
    {{ tenant_foreign_key('deals', ['created_by'], 'users') }},
    CONSTRAINT deals_title_check CHECK (btrim(title) <> ''),
    CONSTRAINT deals_deal_status_check CHECK (deal_status IN ('open', 'won', 'lost', 'withdrawn')),
    CONSTRAINT deals_deal_value_check CHECK (deal_value >= 0),
    CONSTRAINT deals_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT deals_closed_at_check CHECK ((deal_status = 'open') = (closed_at IS NULL))
);

COMMENT ON TABLE deals IS 'What the tenant buys, sells or finances.';
COMMENT ON COLUMN deals.currency IS 'ISO 4217.';

{{ tenant_index('deals', ['stage_id']) }}
{{ tenant_index('deals', ['created_by']) }}
{{ tenant_index('deals', ['deal_status', 'created_at'], order={'created_at': 'DESC'}) }}

{{ protect('deals') }}

CREATE TABLE deal_participants (
    {{ tenant_columns() }},
    deal_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    participant_role text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    {{ tenant_primary_key('deal_participants') }},
    {{ tenant_unique('deal_participants', ['deal_id', 'participant_id', 'participant_role']) }},
    {{ tenant_foreign_key('deal_participants', ['deal_id'], 'deals', on_delete='CASCADE') }},
    {{ tenant_foreign_key('deal_participants', ['participant_id'], 'participants') }},
    CONSTRAINT deal_participants_participant_role_check
        CHECK (participant_role IN ('buyer', 'seller', 'investor', 'lender', 'adviser'))
);

COMMENT ON TABLE deal_participants IS 'Who takes part in a deal, and as what; one participant may have several roles.';

{{ tenant_index('deal_participants', ['participant_id']) }}

{{ protect('deal_participants') }}
