-- case: it is nullable already
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, title text);
-- migration
ALTER TABLE deals ALTER COLUMN title DROP NOT NULL;

-- case: a down file takes it back
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, title text CHECK (title IS NOT NULL));
-- migration
ALTER TABLE deals ALTER COLUMN title SET NOT NULL;
-- down
ALTER TABLE deals ALTER COLUMN title DROP NOT NULL;
