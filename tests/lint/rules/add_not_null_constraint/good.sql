-- config: postgres: 18
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
-- sqlmig: phase contract
ALTER TABLE deals ADD CONSTRAINT stage_not_null NOT NULL stage NOT VALID;
-- down
ALTER TABLE deals DROP CONSTRAINT stage_not_null;
