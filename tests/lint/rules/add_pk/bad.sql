-- case: a constraint
-- earlier
CREATE TABLE deals (id bigint NOT NULL);
-- migration
ALTER TABLE deals ADD PRIMARY KEY (id);

-- case: with a column
-- earlier
CREATE TABLE deals (number text);
-- migration
ALTER TABLE deals ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
