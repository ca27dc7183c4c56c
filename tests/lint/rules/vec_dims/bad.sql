-- case: too many for a vector
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(3072), "Big" vector(5000));
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding vector_cosine_ops);
CREATE INDEX documents_big_idx ON documents USING hnsw ("Big" vector_l2_ops);

-- case: without dimensions
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector);
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding vector_ip_ops);

-- case: an expression
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(5000));
CREATE INDEX documents_embedding_idx ON documents USING hnsw ((embedding::halfvec(5000)) halfvec_cosine_ops);
