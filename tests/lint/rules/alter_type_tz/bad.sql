-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, closed_at timestamp);
-- migration
ALTER TABLE deals ALTER COLUMN closed_at TYPE timestamptz;
