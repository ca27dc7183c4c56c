-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE stages (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint, stage_id bigint);
-- migration
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners (id) NOT VALID;
ALTER TABLE deals ADD CONSTRAINT deals_stage_id_fkey FOREIGN KEY (stage_id) REFERENCES stages (id) NOT VALID;
