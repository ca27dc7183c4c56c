-- The registry: one row per tenant. sqlmig.yaml reads it to know which schemas there are, and in which order.
{% from "sqlmig/updated_at.sql" import updated_at_function, updated_at_trigger %}

{{ updated_at_function() }}

CREATE TABLE tenants (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_slug text NOT NULL,
    tenant_name text NOT NULL,
    subscription_tier text NOT NULL DEFAULT 'trial',
    subscription_status text NOT NULL DEFAULT 'trialing',
    billing_email text,
    database_schema_name text NOT NULL,
    schema_version bigint NOT NULL DEFAULT 0,
    max_users integer NOT NULL DEFAULT 5,
    max_deals integer NOT NULL DEFAULT 100,
    max_storage_bytes bigint NOT NULL DEFAULT 1073741824,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenants_pkey PRIMARY KEY (id),
    CONSTRAINT tenants_tenant_slug_key UNIQUE (tenant_slug),
    CONSTRAINT tenants_database_schema_name_key UNIQUE (database_schema_name),
    CONSTRAINT tenants_tenant_slug_check CHECK (tenant_slug ~ '^[a-z0-9][a-z0-9_-]*$'),
    CONSTRAINT tenants_tenant_name_check CHECK (btrim(tenant_name) <> ''),
    CONSTRAINT tenants_subscription_tier_check
        CHECK (subscription_tier IN ('trial', 'starter', 'professional', 'enterprise')),
    CONSTRAINT tenants_subscription_status_check
        CHECK (subscription_status IN ('trialing', 'active', 'past_due', 'suspended', 'cancelled')),
    CONSTRAINT tenants_billing_email_check CHECK (billing_email LIKE '_%@_%'),
    CONSTRAINT tenants_paying_check CHECK (subscription_tier = 'trial' OR billing_email IS NOT NULL),
    CONSTRAINT tenants_database_schema_name_check CHECK (
        octet_length(database_schema_name) BETWEEN 1 AND 63
        AND database_schema_name !~ '^pg_'
        AND database_schema_name NOT IN ('public', 'information_schema')
    ),
    CONSTRAINT tenants_schema_version_check CHECK (schema_version >= 0),
    CONSTRAINT tenants_max_users_check CHECK (max_users > 0),
    CONSTRAINT tenants_max_deals_check CHECK (max_deals > 0),
    CONSTRAINT tenants_max_storage_bytes_check CHECK (max_storage_bytes > 0)
);

COMMENT ON TABLE tenants IS 'One row per tenant: who they are, what they pay for, and which schema is theirs.';
COMMENT ON COLUMN tenants.schema_version IS
    'The version that the application serves this tenant with. What is applied stands in the history of sqlmig.';
COMMENT ON COLUMN tenants.is_active IS 'False takes the tenant out of every run of sqlmig; its schema stays.';

-- The order in which sqlmig goes through the tenants.
CREATE INDEX tenants_active_idx ON tenants (created_at, tenant_slug) WHERE is_active;

{{ updated_at_trigger('tenants') }}
