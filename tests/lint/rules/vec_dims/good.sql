-- case: as many as there may be
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(2000), half halfvec(4000), big vector(3072));
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding vector_cosine_ops);
CREATE INDEX documents_half_idx ON documents USING hnsw (half halfvec_cosine_ops);
CREATE INDEX documents_big_idx ON documents USING hnsw ((big::halfvec(3072)) halfvec_cosine_ops);

-- case: a column that is not known
-- config: lint: {small_tables: [documents]}
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY documents_embedding_idx ON documents USING hnsw (embedding vector_cosine_ops);
