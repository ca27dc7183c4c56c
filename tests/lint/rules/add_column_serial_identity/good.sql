-- earlier
CREATE TABLE deals (number text PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN id bigint;
-- down
ALTER TABLE deals DROP COLUMN id;
