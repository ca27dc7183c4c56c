-- case: a new table
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX documents_embedding_idx ON documents USING ivfflat (embedding vector_cosine_ops);

-- case: a new column
-- earlier
CREATE TABLE documents (id bigint PRIMARY KEY);
-- migration
ALTER TABLE documents ADD COLUMN embedding vector(3);
-- sqlmig: allow index-not-concurrent: for this test
CREATE INDEX ON documents USING ivfflat (embedding vector_l2_ops) WITH (lists = 100);
