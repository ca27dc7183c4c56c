-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE owners (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN note text;
ALTER TABLE owners ADD COLUMN note text;
