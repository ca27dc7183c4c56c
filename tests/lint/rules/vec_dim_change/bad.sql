-- case: longer
-- earlier
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(3));
-- migration
-- sqlmig: allow alter-type-rewrite: for this test
ALTER TABLE documents ALTER COLUMN embedding TYPE vector(4);

-- case: another type under an index
-- earlier
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding vector_l2_ops);
-- migration
ALTER TABLE documents ALTER COLUMN embedding TYPE halfvec(3);
