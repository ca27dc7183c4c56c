-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE owners (id bigint PRIMARY KEY, active boolean);
-- migration
ALTER TABLE deals ADD COLUMN note text;
UPDATE owners SET active = true WHERE active IS NULL;
