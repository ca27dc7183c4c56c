-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN note text;
-- down
ALTER TABLE deals DROP COLUMN note;
