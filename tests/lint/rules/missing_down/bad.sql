-- case: all that it makes can be dropped
-- earlier
-- sqlmig: irreversible it is the first
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN owner_id bigint;
CREATE TABLE deal_notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals);
CREATE VIEW deal_report AS SELECT id FROM deals;

-- case: it changes what was there
-- earlier
-- sqlmig: irreversible it is the first
CREATE TABLE deals (id bigint PRIMARY KEY, title text);
-- migration
ALTER TABLE deals ALTER COLUMN title SET DEFAULT '';
