-- case: in a transaction
-- earlier
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(3));
-- migration
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding vector_l2_ops);

-- case: concurrently, with a limit
-- earlier
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(3));
-- migration
-- sqlmig: transaction off
-- sqlmig: statement_timeout 5min
CREATE INDEX CONCURRENTLY documents_embedding_idx ON documents USING hnsw (embedding vector_l2_ops);
