-- case: a constraint
-- earlier
CREATE DOMAIN email AS text;
CREATE TABLE people (id bigint PRIMARY KEY, email email);
-- migration
ALTER DOMAIN email ADD CONSTRAINT email_has_at CHECK (VALUE LIKE '%@%');

-- case: NOT NULL
-- earlier
CREATE DOMAIN email AS text;
CREATE TABLE people (id bigint PRIMARY KEY, email email);
-- migration
ALTER DOMAIN email SET NOT NULL;

-- case: validated later
-- earlier
CREATE DOMAIN email AS text;
CREATE TABLE people (id bigint PRIMARY KEY, email email);
ALTER DOMAIN email ADD CONSTRAINT email_has_at CHECK (VALUE LIKE '%@%') NOT VALID;
-- migration
ALTER DOMAIN email VALIDATE CONSTRAINT email_has_at;
