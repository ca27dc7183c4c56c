-- earlier
CREATE TYPE stage AS ENUM ('lead');
CREATE TABLE deals (id bigint PRIMARY KEY, stage stage);
-- migration
ALTER TYPE stage ADD VALUE 'won' AFTER 'lead';
UPDATE deals SET stage = 'won' WHERE id = 1;
