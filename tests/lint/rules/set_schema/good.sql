-- case: a view at the old place
-- platform
CREATE SCHEMA sales;
CREATE TABLE platform.deals (id bigint PRIMARY KEY);
-- file: sql/platform/0002_move.up.sql
ALTER TABLE platform.deals SET SCHEMA sales;
CREATE VIEW platform.deals WITH (security_invoker = true) AS SELECT * FROM sales.deals;

-- case: made by the same migration
-- platform
CREATE SCHEMA sales;
CREATE TABLE platform.deals (id bigint PRIMARY KEY);
ALTER TABLE platform.deals SET SCHEMA sales;
