-- case: a CHECK
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN probability int CHECK (probability BETWEEN 0 AND 100);

-- case: that of a domain
-- earlier
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE people (id bigint PRIMARY KEY);
-- migration
ALTER TABLE people ADD COLUMN email email;
