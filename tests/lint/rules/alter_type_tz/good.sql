-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, closed_at timestamp);
-- migration
SET LOCAL timezone = 'UTC';
ALTER TABLE deals ALTER COLUMN closed_at TYPE timestamptz;
-- down
SET LOCAL timezone = 'UTC';
ALTER TABLE deals ALTER COLUMN closed_at TYPE timestamp;
