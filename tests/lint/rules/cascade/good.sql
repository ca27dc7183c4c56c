-- case: without
-- earlier
CREATE VIEW deal_report AS SELECT 1 AS id;
-- migration
DROP VIEW deal_report;
CREATE VIEW deal_report AS SELECT 1 AS id;

-- case: what the up file made
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE VIEW deal_report AS SELECT id FROM deals;
-- down
DROP TABLE deals CASCADE;
