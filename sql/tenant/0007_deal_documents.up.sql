-- sqlmig: requires platform 0003
-- Documents of a deal; with an embedding of their text where the platform has pgvector (platform 0003).
{% from "sqlmig/tenant_table.sql" import tenant_columns, tenant_primary_key, tenant_unique, tenant_foreign_key,
    tenant_index %}
{% from "sqlmig/audit.sql" import audit_trigger %}
{% from "sqlmig/pgvector.sql" import where_vector, hnsw_index %}
{% from "tenant.sql" import protect %}

CREATE TABLE deal_documents (
    {{ tenant_columns() }},
    deal_id uuid NOT NULL,
    uploaded_by uuid NOT NULL,
    file_name text NOT NULL,
    content_type text NOT NULL,
    size_bytes bigint NOT NULL,
    content_sha256 bytea NOT NULL,
    storage_key text NOT NULL,
    extracted_text text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    {{ tenant_primary_key('deal_documents') }},
    {{ tenant_unique('deal_documents', ['storage_key']) }},
    {{ tenant_foreign_key('deal_documents', ['deal_id'], 'deals', on_delete='CASCADE') }},
    {{ tenant_foreign_key('deal_documents', ['uploaded_by'], 'users') }},
    CONSTRAINT deal_documents_file_name_check CHECK (btrim(file_name) <> ''),
    CONSTRAINT deal_documents_size_bytes_check CHECK (size_bytes >= 0),
    CONSTRAINT deal_documents_content_sha256_check CHECK (octet_length(content_sha256) = 32)
);

COMMENT ON TABLE deal_documents IS 'Documents of a deal. The files are in object storage, under storage_key.';

{{ tenant_index('deal_documents', ['deal_id', 'created_at'], order={'created_at': 'DESC'}) }}
{{ tenant_index('deal_documents', ['uploaded_by']) }}

{{ protect('deal_documents') }}

{{ audit_trigger('deal_documents', omit=['extracted_text', 'embedding']) }}

{% call where_vector() %}
    ALTER TABLE deal_documents ADD COLUMN embedding extensions.vector({{ vars.embedding_dimensions | int }});
    COMMENT ON COLUMN deal_documents.embedding IS 'Of extracted_text; NULL until the embedding service has seen it.';
    {{ hnsw_index('deal_documents') }}
{% endcall %}
