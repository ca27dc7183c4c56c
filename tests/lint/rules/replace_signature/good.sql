-- case: a column more, at the end
-- earlier
CREATE VIEW deal_report AS SELECT 1 AS id, 2 AS net;
-- migration
CREATE OR REPLACE VIEW deal_report AS SELECT 1 AS id, 2 AS net, 3 AS gross;

-- case: another body
-- earlier
CREATE FUNCTION deal_total(deal bigint) RETURNS integer LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';
-- migration
CREATE OR REPLACE FUNCTION deal_total(deal int8) RETURNS int LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 2';

-- case: dropped and made with an argument more, which has a default
-- earlier
CREATE FUNCTION deal_total(deal bigint) RETURNS integer LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';
-- migration
DROP FUNCTION deal_total(bigint);
CREATE FUNCTION deal_total(deal bigint, with_tax boolean DEFAULT false) RETURNS integer
    LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';

-- case: an overload of another type
-- earlier
CREATE FUNCTION deal_total(deal bigint) RETURNS integer LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';
-- migration
CREATE OR REPLACE FUNCTION deal_total(deal text) RETURNS integer LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';

-- case: it is said that the caller's rights count from now on
-- earlier
CREATE FUNCTION deal_total(deal bigint) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION deal_total(bigint) FROM PUBLIC;
-- migration
CREATE OR REPLACE FUNCTION deal_total(deal bigint) RETURNS integer
    LANGUAGE sql STABLE SECURITY INVOKER SET search_path = '' AS 'SELECT 2';
