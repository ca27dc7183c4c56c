-- case: a column of the same migration
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN token uuid;
ALTER TABLE deals ALTER COLUMN token SET DEFAULT gen_random_uuid();
-- down
ALTER TABLE deals DROP COLUMN token;

-- case: the same default
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text DEFAULT 'open');
-- migration
ALTER TABLE deals ALTER COLUMN stage SET DEFAULT 'open';
