-- case: a new table
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(3));
ALTER TABLE documents ALTER COLUMN embedding TYPE vector(4);

-- case: made anew
-- earlier
CREATE TABLE documents (id bigint PRIMARY KEY, embedding vector(3));
-- migration
-- sqlmig: allow alter-type-rewrite: documents is tiny
ALTER TABLE documents ALTER COLUMN embedding TYPE vector(4) USING NULL;
