-- earlier
CREATE TABLE stages (id int PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN stage_id int DEFAULT 1 REFERENCES stages (id);
