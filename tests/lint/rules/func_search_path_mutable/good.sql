-- case: a schema per tenant
-- migration
CREATE FUNCTION half(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT n / 2';

-- case: set
-- platform
CREATE FUNCTION platform.half(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE SET search_path = ''
    AS 'SELECT n / 2';
CREATE FUNCTION platform.third(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN n / 3;
