-- Which participants the matching service proposes for a deal.
{% from "sqlmig/tenant_table.sql" import tenant_columns, tenant_primary_key, tenant_unique, tenant_foreign_key,
    tenant_index %}
{% from "tenant.sql" import protect %}

CREATE TABLE matching_results (
    {{ tenant_columns() }},
    deal_id uuid NOT NULL,
    participant_id uuid NOT NULL,
    model_version text NOT NULL,
    score numeric(6, 5) NOT NULL,
    explanation jsonb NOT NULL DEFAULT '{}',
    decision text,
    decided_by uuid,
    decided_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    {{ tenant_primary_key('matching_results') }},
    {{ tenant_unique('matching_results', ['deal_id', 'participant_id', 'model_version']) }},
    {{ tenant_foreign_key('matching_results', ['deal_id'], 'deals', on_delete='CASCADE') }},
    {{ tenant_foreign_key('matching_results', ['participant_id'], 'participants', on_delete='CASCADE') }},
    {{ tenant_foreign_key('matching_results', ['decided_by'], 'users') }},
    CONSTRAINT matching_results_score_check CHECK (score BETWEEN 0 AND 1),
    CONSTRAINT matching_results_decision_check CHECK (decision IN ('accepted', 'dismissed')),
    CONSTRAINT matching_results_decided_check CHECK (num_nulls(decision, decided_by, decided_at) IN (0, 3))
);

COMMENT ON TABLE matching_results IS
    'Which participants the matching service proposes for a deal, and what people made of it.';

{{ tenant_index('matching_results', ['deal_id', 'score'], order={'score': 'DESC'}) }}
{{ tenant_index('matching_results', ['participant_id']) }}
{{ tenant_index('matching_results', ['decided_by'], where='decided_by IS NOT NULL') }}

{{ protect('matching_results') }}
