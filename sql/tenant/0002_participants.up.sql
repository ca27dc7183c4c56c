-- Companies and people outside the tenant who take part in deals.
{% from "sqlmig/tenant_table.sql" import tenant_columns, tenant_primary_key, tenant_foreign_key, tenant_index %}
{% from "tenant.sql" import protect %}

CREATE TABLE participants (
    {{ tenant_columns() }},
    participant_kind text NOT NULL,
    display_name text NOT NULL,
    email text,
    country_code text,
    relationship_owner_id uuid,
    notes text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    {{ tenant_primary_key('participants') }},
    {{ tenant_foreign_key('participants', ['relationship_owner_id'], 'users') }},
    CONSTRAINT participants_participant_kind_check CHECK (participant_kind IN ('company', 'person')),
    CONSTRAINT participants_display_name_check CHECK (btrim(display_name) <> ''),
    CONSTRAINT participants_email_check CHECK (email LIKE '_%@_%'),
    CONSTRAINT participants_country_code_check CHECK (country_code ~ '^[A-Z]{2}$')
);

COMMENT ON TABLE participants IS 'Companies and people outside the tenant who take part in deals.';
COMMENT ON COLUMN participants.country_code IS 'ISO 3166-1 alpha-2.';

{{ tenant_index('participants', ['relationship_owner_id']) }}
CREATE INDEX participants_display_name_idx ON participants (tenant_id, lower(display_name));

{{ protect('participants') }}
