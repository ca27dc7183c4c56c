-- case: a new table
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding vector_l2_ops);

-- case: with memory
-- earlier
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(3));
-- migration
SET LOCAL maintenance_work_mem = '2GB';
-- sqlmig: allow index-not-concurrent: nobody writes documents at night
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding vector_l2_ops);
