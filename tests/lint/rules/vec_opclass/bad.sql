-- case: hnsw
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(3));
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding);

-- case: hnsw on what is not known
-- config: lint: {small_tables: [documents]}
-- migration
-- sqlmig: transaction off
CREATE INDEX CONCURRENTLY documents_embedding_idx ON documents USING hnsw (embedding);

-- case: ivfflat
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(3));
INSERT INTO documents SELECT id, embedding FROM old_documents;
CREATE INDEX documents_embedding_idx ON documents USING ivfflat (embedding);

-- case: ivfflat on bits
CREATE TABLE documents (id bigint PRIMARY KEY, marks bit(64));
INSERT INTO documents SELECT id, marks FROM old_documents;
CREATE INDEX documents_marks_idx ON documents USING ivfflat (marks);
