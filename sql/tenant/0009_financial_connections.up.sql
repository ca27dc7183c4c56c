-- Connections to the accounting systems of participants, and what was read from them.
{% from "sqlmig/tenant_table.sql" import tenant_columns, tenant_primary_key, tenant_unique, tenant_foreign_key,
    tenant_index %}
{% from "sqlmig/audit.sql" import audit_trigger %}
{% from "tenant.sql" import protect %}

CREATE TABLE financial_connections (
    {{ tenant_columns() }},
    participant_id uuid NOT NULL,
    provider text NOT NULL,
    external_account_id text NOT NULL,
    connection_status text NOT NULL DEFAULT 'active',
    access_token bytea,
    secret_reference text,
    last_synced_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    {{ tenant_primary_key('financial_connections') }},
    {{ tenant_unique('financial_connections', ['provider', 'external_account_id']) }},
    {{ tenant_foreign_key('financial_connections', ['participant_id'], 'participants') }},
    CONSTRAINT financial_connections_connection_status_check
        CHECK (connection_status IN ('active', 'expired', 'revoked', 'failed'))
);

COMMENT ON TABLE financial_connections IS 'Connections to the accounting systems of participants.';
COMMENT ON COLUMN financial_connections.access_token IS 'Encrypted. On its way out: secret_reference takes its place.';
COMMENT ON COLUMN financial_connections.secret_reference IS 'Where the secret store keeps the token.';

{{ tenant_index('financial_connections', ['participant_id']) }}

{{ protect('financial_connections') }}

{{ audit_trigger('financial_connections', omit=['access_token']) }}

CREATE TABLE financial_snapshots (
    {{ tenant_columns() }},
    connection_id uuid NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    currency text NOT NULL,
    revenue numeric(18, 2),
    ebitda numeric(18, 2),
    cash numeric(18, 2),
    debt numeric(18, 2),
    source_data jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    {{ tenant_primary_key('financial_snapshots') }},
    {{ tenant_unique('financial_snapshots', ['connection_id', 'period_start', 'period_end']) }},
    {{ tenant_foreign_key('financial_snapshots', ['connection_id'], 'financial_connections', on_delete='CASCADE') }},
    CONSTRAINT financial_snapshots_period_check CHECK (period_start <= period_end),
    CONSTRAINT financial_snapshots_currency_check CHECK (currency ~ '^[A-Z]{3}$')
);

COMMENT ON TABLE financial_snapshots IS 'The figures of one period, as the accounting system gave them.';

{{ protect('financial_snapshots') }}
