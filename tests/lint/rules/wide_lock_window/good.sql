-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN note text;
ALTER TABLE deals ADD COLUMN source text;
-- down
ALTER TABLE deals DROP COLUMN source;
ALTER TABLE deals DROP COLUMN note;
