-- case: the server refuses to take columns from a view
-- earlier
CREATE VIEW deal_report AS SELECT 1 AS id, 2 AS net, 3 AS gross;
-- migration
CREATE OR REPLACE VIEW deal_report AS SELECT 1 AS id, 3 AS gross;

-- case: a view comes back with fewer columns
-- earlier
CREATE VIEW deal_report AS SELECT 1 AS id, 2 AS net, 3 AS gross;
-- migration
DROP VIEW deal_report;
CREATE VIEW deal_report AS SELECT 1 AS id, 3 AS gross;

-- case: no code reads those columns any more
-- earlier
CREATE VIEW deal_report AS SELECT 1 AS id, 2 AS net;
-- migration
-- sqlmig: phase contract
DROP VIEW deal_report;
CREATE VIEW deal_report AS SELECT 1 AS id;

-- case: another result
-- earlier
CREATE FUNCTION deal_total(deal bigint) RETURNS integer LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';
-- migration
CREATE OR REPLACE FUNCTION deal_total(deal bigint) RETURNS bigint LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';

-- case: another name for an argument, a default less
-- earlier
CREATE FUNCTION deal_total(deal bigint) RETURNS integer LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';
CREATE FUNCTION deal_sum(deal bigint DEFAULT 0) RETURNS integer LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';
-- migration
CREATE OR REPLACE FUNCTION deal_total(deal_id bigint) RETURNS integer LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';
CREATE OR REPLACE FUNCTION deal_sum(deal bigint) RETURNS integer LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';

-- case: an overload that nobody can choose between
-- earlier
CREATE FUNCTION deal_total(deal bigint) RETURNS integer LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';
-- migration
CREATE OR REPLACE FUNCTION deal_total(deal bigint, with_tax boolean DEFAULT false) RETURNS integer
    LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';

-- case: dropped and made with other arguments
-- earlier
CREATE FUNCTION deal_total(deal bigint) RETURNS integer LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';
-- migration
DROP FUNCTION deal_total(bigint);
CREATE FUNCTION deal_total(deal uuid) RETURNS integer LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';

-- case: what is not said again
-- earlier
CREATE FUNCTION deal_total(deal bigint) RETURNS integer
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = 'pg_catalog', 'pg_temp' AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION deal_total(bigint) FROM PUBLIC;
-- migration
CREATE OR REPLACE FUNCTION deal_total(deal bigint) RETURNS integer LANGUAGE sql AS 'SELECT 2';
