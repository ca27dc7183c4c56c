-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, amount int, stage text);
-- migration
ALTER TABLE deals ALTER COLUMN amount TYPE bigint;
ALTER TABLE deals ALTER COLUMN stage SET NOT NULL;
