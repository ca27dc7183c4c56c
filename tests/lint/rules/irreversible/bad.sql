-- case: a column and a table come back empty
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE TABLE deal_notes (id bigint PRIMARY KEY);
-- migration
-- sqlmig: phase contract
ALTER TABLE deals DROP COLUMN owner_id;
DROP TABLE deal_notes;
-- down
ALTER TABLE deals ADD COLUMN owner_id bigint;
CREATE TABLE deal_notes (id bigint PRIMARY KEY);
