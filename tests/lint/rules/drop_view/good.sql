-- case: made again
-- earlier
CREATE VIEW deal_report AS SELECT 1 AS id;
-- migration
DROP VIEW deal_report;
CREATE VIEW deal_report AS SELECT 1 AS id, 2 AS total;

-- case: a table in its place
-- earlier
CREATE VIEW deal_report AS SELECT 1 AS id;
-- migration
DROP VIEW deal_report;
CREATE TABLE deal_report (id bigint PRIMARY KEY);

-- case: a down file takes back what its up file made
CREATE VIEW deal_report AS SELECT 1 AS id;
-- down
DROP VIEW deal_report;

-- case: a repeatable
-- file: sql/tenant/repeatable/deal_report.sql
DROP VIEW IF EXISTS deal_report;
CREATE VIEW deal_report AS SELECT 1 AS id;
-- file: sql/tenant/repeatable/deal_report.down.sql
DROP VIEW deal_report;
