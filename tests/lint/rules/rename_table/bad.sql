-- case: a table that is in use
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals RENAME TO opportunities;

-- case: no code uses the old name any more
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
-- sqlmig: phase contract
ALTER TABLE deals RENAME TO opportunities;

-- case: a view, before PostgreSQL 15
-- config: postgres: 14
-- earlier
CREATE VIEW deal_report AS SELECT 1 AS id;
-- migration
ALTER VIEW deal_report RENAME TO opportunity_report;

-- case: the view comes outside of the transaction
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
-- sqlmig: transaction off
ALTER TABLE deals RENAME TO opportunities;
CREATE VIEW deals AS SELECT * FROM opportunities;
