-- The people of the tenant who work with the platform.
{% from "sqlmig/tenant_table.sql" import tenant_columns, tenant_primary_key %}
{% from "sqlmig/updated_at.sql" import updated_at_function %}
{% from "tenant.sql" import protect %}

{{ updated_at_function() }}

CREATE TABLE users (
    {{ tenant_columns() }},
    email text NOT NULL,
    full_name text NOT NULL,
    user_role text NOT NULL DEFAULT 'member',
    is_active boolean NOT NULL DEFAULT true,
    last_seen_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    {{ tenant_primary_key('users') }},
    CONSTRAINT users_email_check CHECK (email LIKE '_%@_%'),
    CONSTRAINT users_full_name_check CHECK (btrim(full_name) <> ''),
    CONSTRAINT users_user_role_check CHECK (user_role IN ('owner', 'manager', 'member', 'viewer'))
);

COMMENT ON TABLE users IS 'The people of the tenant who work with the platform. Nobody is deleted: see is_active.';

-- Ada@acme.example and ada@acme.example are one person.
CREATE UNIQUE INDEX users_email_key ON users (tenant_id, lower(email));

{{ protect('users') }}
