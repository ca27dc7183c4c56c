-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, amount numeric);
-- migration
ALTER TABLE deals ADD COLUMN net numeric;
UPDATE deals SET net = amount / 1.19 WHERE net IS NULL;
