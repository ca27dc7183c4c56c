-- case: a constraint
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, number text);
-- migration
ALTER TABLE deals ADD CONSTRAINT deals_number_key UNIQUE (number);

-- case: with a column
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN number text UNIQUE;
