-- earlier
CREATE DOMAIN email AS text;
CREATE TABLE people (id bigint PRIMARY KEY, email email);
-- migration
-- sqlmig: phase contract
ALTER DOMAIN email ADD CONSTRAINT email_has_at CHECK (VALUE LIKE '%@%') NOT VALID;
-- down
ALTER DOMAIN email DROP CONSTRAINT email_has_at;
