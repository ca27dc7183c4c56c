-- case: nothing is made of it
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint, title text);
CREATE INDEX deals_title_idx ON deals (title);
-- migration
-- sqlmig: phase contract
-- sqlmig: allow drop-column: unused since release 12
ALTER TABLE deals DROP COLUMN owner_id;

-- case: a column that the up file adds
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE users (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN owner_id bigint;
-- sqlmig: allow fk-without-index: it follows, with CONCURRENTLY
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users NOT VALID;
-- down
ALTER TABLE deals DROP COLUMN owner_id;
