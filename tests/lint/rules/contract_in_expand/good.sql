-- case: it only adds
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner text);
-- migration
ALTER TABLE deals ADD COLUMN owner_id bigint;
CREATE TABLE owners (id bigint PRIMARY KEY);

-- case: it says that it takes away
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner text);
-- migration
-- sqlmig: phase contract
-- sqlmig: allow drop-column: unused since release 12
ALTER TABLE deals DROP COLUMN owner;
CREATE TABLE owners (id bigint PRIMARY KEY);

-- case: what goes comes back
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE VIEW deal_report AS SELECT id FROM deals;
-- migration
DROP VIEW deal_report;
ALTER TABLE deals ADD COLUMN owner_id bigint;
CREATE VIEW deal_report AS SELECT id, owner_id FROM deals;

-- case: a new table, and its view by the old name
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals RENAME TO opportunities;
CREATE VIEW deals WITH (security_invoker = true) AS SELECT id FROM opportunities;
CREATE TABLE stages (id bigint PRIMARY KEY);
