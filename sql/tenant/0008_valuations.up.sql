-- What a deal is worth, by whose reckoning.
{% from "sqlmig/tenant_table.sql" import tenant_columns, tenant_primary_key, tenant_foreign_key, tenant_index %}
{% from "sqlmig/audit.sql" import audit_trigger %}
{% from "tenant.sql" import protect %}

CREATE TABLE valuations (
    {{ tenant_columns() }},
    deal_id uuid NOT NULL,
    valued_by uuid NOT NULL,
    valued_on date NOT NULL,
    valuation_method text NOT NULL,
    low_value numeric(18, 2) NOT NULL,
    base_value numeric(18, 2) NOT NULL,
    high_value numeric(18, 2) NOT NULL,
    currency text NOT NULL DEFAULT 'EUR',
    assumptions jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    {{ tenant_primary_key('valuations') }},
    {{ tenant_foreign_key('valuations', ['deal_id'], 'deals', on_delete='CASCADE') }},
    {{ tenant_foreign_key('valuations', ['valued_by'], 'users') }},
    CONSTRAINT valuations_valuation_method_check
        CHECK (valuation_method IN ('discounted_cash_flow', 'comparable_companies', 'precedent_deals', 'net_assets')),
    CONSTRAINT valuations_range_check CHECK (low_value <= base_value AND base_value <= high_value),
    CONSTRAINT valuations_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT valuations_assumptions_check CHECK (jsonb_typeof(assumptions) = 'object')
);

COMMENT ON TABLE valuations IS 'What a deal is worth, by whose reckoning; the latest one counts.';

{{ tenant_index('valuations', ['deal_id', 'valued_on'], order={'valued_on': 'DESC'}) }}
{{ tenant_index('valuations', ['valued_by']) }}

{{ protect('valuations') }}

{{ audit_trigger('valuations') }}
