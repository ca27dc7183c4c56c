-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE stages (id bigint PRIMARY KEY);
-- migration
CREATE TABLE deals (
    id bigint PRIMARY KEY,
    owner_id bigint REFERENCES owners (id),
    stage_id bigint REFERENCES stages (id)
);
CREATE INDEX deals_owner_id_idx ON deals (owner_id);
CREATE INDEX deals_stage_id_idx ON deals (stage_id);
