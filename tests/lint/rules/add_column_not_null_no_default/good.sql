-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN stage text NOT NULL DEFAULT 'lead';
-- down
ALTER TABLE deals DROP COLUMN stage;
