-- case: a copy is kept
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
-- sqlmig: phase contract
CREATE TABLE deal_owners (id bigint PRIMARY KEY, owner_id bigint);
INSERT INTO deal_owners SELECT id, owner_id FROM deals;
-- sqlmig: allow drop-column: nobody uses it
ALTER TABLE deals DROP COLUMN owner_id;
-- down
ALTER TABLE deals ADD COLUMN owner_id bigint;
-- sqlmig: allow backfill-in-ddl-tx: a few hundred rows
UPDATE deals SET owner_id = deal_owners.owner_id FROM deal_owners WHERE deal_owners.id = deals.id;
DROP TABLE deal_owners;

-- case: it is said that there is no way back
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
-- sqlmig: phase contract
-- sqlmig: irreversible the owners are gone
ALTER TABLE deals DROP COLUMN owner_id;

-- case: its values can be computed
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric);
CREATE VIEW deal_report AS SELECT id, net FROM deals;
-- migration
-- sqlmig: phase contract
-- sqlmig: allow drop-view: nobody uses it
DROP VIEW deal_report;
-- down
CREATE VIEW deal_report AS SELECT id, net FROM deals;
