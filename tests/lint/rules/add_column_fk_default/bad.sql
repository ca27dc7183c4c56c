-- case: a column with a default
-- earlier
CREATE TABLE stages (id int PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN stage_id int DEFAULT 1 REFERENCES stages (id);

-- case: with its action
-- earlier
CREATE TABLE stages (id int PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN stage_id int DEFAULT 1 REFERENCES stages ON DELETE CASCADE;
