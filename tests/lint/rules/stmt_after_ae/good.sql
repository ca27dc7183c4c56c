-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN note text;
INSERT INTO deals (id) VALUES (1);
-- down
DELETE FROM deals WHERE id = 1;
ALTER TABLE deals DROP COLUMN note;
