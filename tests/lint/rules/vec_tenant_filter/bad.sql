-- config: lint: {tenancy: both, packs: [strict]}
CREATE TABLE documents (tenant_id uuid, id bigint, embedding vector(3), PRIMARY KEY (tenant_id, id));
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding vector_l2_ops);
