-- The stages that a deal goes through, with the ones that every tenant starts with.
{% from "sqlmig/tenant_table.sql" import tenant_columns, tenant_primary_key, tenant_unique %}
{% from "tenant.sql" import protect, as_tenant %}

CREATE TABLE pipeline_stages (
    {{ tenant_columns() }},
    stage_name text NOT NULL,
    -- Deferrable, so that two stages can change places in one transaction.
    sort_order integer NOT NULL,
    win_probability numeric(5, 4) NOT NULL,
    is_closed boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    {{ tenant_primary_key('pipeline_stages') }},
    {{ tenant_unique('pipeline_stages', ['stage_name']) }},
    {{ tenant_unique('pipeline_stages', ['sort_order']) }} DEFERRABLE,
    CONSTRAINT pipeline_stages_stage_name_check CHECK (btrim(stage_name) <> ''),
    CONSTRAINT pipeline_stages_win_probability_check CHECK (win_probability BETWEEN 0 AND 1)
);

COMMENT ON TABLE pipeline_stages IS 'The stages that a deal goes through, in the order of sort_order.';

{{ protect('pipeline_stages') }}

{{ as_tenant(tenant.id) }}

INSERT INTO pipeline_stages (stage_name, sort_order, win_probability, is_closed)
VALUES
    ('Sourced', 10, 0.05, false),
    ('Contacted', 20, 0.10, false),
    ('Under review', 30, 0.25, false),
    ('Offer made', 40, 0.50, false),
    ('Due diligence', 50, 0.75, false),
    ('Won', 60, 1, true),
    ('Lost', 70, 0, true);
