-- case: made again
-- earlier
CREATE FUNCTION deal_total(bigint) RETURNS bigint LANGUAGE sql STABLE SET search_path = '' AS 'SELECT $1';
-- migration
DROP FUNCTION deal_total(bigint);
CREATE FUNCTION deal_total(bigint, integer DEFAULT 0) RETURNS bigint
    LANGUAGE sql STABLE SET search_path = '' AS 'SELECT $1';

-- case: only triggers can call it
-- earlier
CREATE FUNCTION deal_audit() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS 'BEGIN RETURN NULL; END';
-- migration
DROP FUNCTION deal_audit();

-- case: a down file takes back what its up file made
CREATE FUNCTION deal_total(bigint) RETURNS bigint LANGUAGE sql STABLE SET search_path = '' AS 'SELECT $1';
-- down
DROP FUNCTION deal_total(bigint);
