-- case: a view that is in use
-- earlier
CREATE VIEW deal_report AS SELECT 1 AS id;
-- migration
DROP VIEW deal_report;

-- case: a materialized view in a shared schema
-- platform
CREATE MATERIALIZED VIEW platform.totals AS SELECT 1 AS id;
-- file: sql/platform/0002_drop.up.sql
DROP MATERIALIZED VIEW IF EXISTS platform.totals;

-- case: no code uses it any more
-- earlier
CREATE VIEW deal_report AS SELECT 1 AS id;
-- migration
-- sqlmig: phase contract
DROP VIEW deal_report;
