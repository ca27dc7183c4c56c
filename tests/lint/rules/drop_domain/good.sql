-- case: a down file takes back what its up file made
CREATE DOMAIN amount AS numeric;
-- down
DROP DOMAIN amount;
