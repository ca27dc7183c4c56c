-- earlier
CREATE TABLE stages (id int PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN stage_id int DEFAULT 1;
-- sqlmig: allow fk-without-index: stages are never deleted
ALTER TABLE deals ADD CONSTRAINT deals_stage_id_fkey FOREIGN KEY (stage_id) REFERENCES stages (id) NOT VALID;
-- down
ALTER TABLE deals DROP COLUMN stage_id;
