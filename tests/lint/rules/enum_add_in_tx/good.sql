-- earlier
CREATE TYPE stage AS ENUM ('lead');
CREATE TABLE deals (id bigint PRIMARY KEY, stage stage);
-- migration
-- sqlmig: irreversible labels of an enum cannot be taken away
ALTER TYPE stage ADD VALUE 'won' AFTER 'lead';
-- file: sql/tenant/0003_won.up.sql
-- sqlmig: irreversible nobody knows the old stages
UPDATE deals SET stage = 'won' WHERE id = 1;
