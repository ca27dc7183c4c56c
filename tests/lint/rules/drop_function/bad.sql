-- case: a function that is in use
-- earlier
CREATE FUNCTION deal_total(bigint) RETURNS bigint LANGUAGE sql STABLE SET search_path = '' AS 'SELECT $1';
-- migration
DROP FUNCTION deal_total(bigint);

-- case: one of two by the same name
-- earlier
CREATE FUNCTION deal_total(bigint) RETURNS bigint LANGUAGE sql STABLE SET search_path = '' AS 'SELECT $1';
CREATE FUNCTION deal_total(text) RETURNS bigint LANGUAGE sql STABLE SET search_path = '' AS 'SELECT 1';
-- migration
DROP FUNCTION deal_total(text);

-- case: a procedure, and no code uses it any more
-- earlier
CREATE PROCEDURE close_deals() LANGUAGE sql SET search_path = '' AS 'SELECT 1';
-- migration
-- sqlmig: phase contract
DROP PROCEDURE close_deals;
