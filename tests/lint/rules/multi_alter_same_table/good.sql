-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN amount int;
ALTER TABLE deals ADD COLUMN stage text;
-- down
ALTER TABLE deals DROP COLUMN stage;
ALTER TABLE deals DROP COLUMN amount;
