-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN probability int CHECK (probability BETWEEN 0 AND 100);
