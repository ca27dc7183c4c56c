-- What each tenant paid for, and when. All tenants share this table: row level security keeps them apart.
{% from "sqlmig/rls.sql" import shared_table_rls %}
{% from "sqlmig/updated_at.sql" import updated_at_trigger %}

CREATE TABLE subscriptions (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    tier text NOT NULL,
    billing_period text NOT NULL DEFAULT 'monthly',
    price numeric(12, 2) NOT NULL,
    currency text NOT NULL DEFAULT 'EUR',
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT subscriptions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT subscriptions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
    CONSTRAINT subscriptions_tier_check CHECK (tier IN ('trial', 'starter', 'professional', 'enterprise')),
    CONSTRAINT subscriptions_billing_period_check CHECK (billing_period IN ('monthly', 'yearly')),
    CONSTRAINT subscriptions_price_check CHECK (price >= 0),
    CONSTRAINT subscriptions_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
    CONSTRAINT subscriptions_period_check CHECK (ended_at > started_at)
);

COMMENT ON TABLE subscriptions IS 'The subscriptions of all tenants; the one without an end is in force.';

CREATE UNIQUE INDEX subscriptions_in_force_idx ON subscriptions (tenant_id) WHERE ended_at IS NULL;

{{ shared_table_rls('subscriptions', readers=[vars.operator_role]) }}

{{ updated_at_trigger('subscriptions') }}

GRANT SELECT ON subscriptions TO {{ vars.app_role | ident }}, {{ vars.operator_role | ident }};
