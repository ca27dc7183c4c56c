-- case: a domain that is in use
-- earlier
CREATE DOMAIN amount AS numeric;
-- migration
DROP DOMAIN amount;

-- case: columns have it
-- earlier
CREATE DOMAIN amount AS numeric;
CREATE TABLE deals (id bigint PRIMARY KEY, net amount);
-- migration
DROP DOMAIN amount;
