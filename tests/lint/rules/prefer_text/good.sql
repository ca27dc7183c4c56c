-- case: text
CREATE TABLE deals (id bigint PRIMARY KEY, title text CHECK (length(title) <= 200), note varchar, marks varchar(3)[]);

-- case: a table that was there
-- config: lint: {since: 2}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, title varchar(200));
-- migration
ALTER TABLE deals ADD COLUMN note varchar(20);
