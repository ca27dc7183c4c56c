-- case: another by the same name
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric CONSTRAINT deals_net_check CHECK (net > 0));
-- migration
-- sqlmig: phase contract
ALTER TABLE deals DROP CONSTRAINT deals_net_check;
ALTER TABLE deals ADD CONSTRAINT deals_net_check CHECK (net >= 0) NOT VALID;

-- case: one that says the same
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric CONSTRAINT old_name CHECK (net > 0));
-- migration
-- sqlmig: phase contract
ALTER TABLE deals DROP CONSTRAINT old_name;
ALTER TABLE deals ADD CONSTRAINT deals_net_check CHECK (net > 0) NOT VALID;

-- case: NOT NULL takes the place of a check
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, title text CONSTRAINT deals_title_set CHECK (title IS NOT NULL));
-- migration
ALTER TABLE deals ALTER COLUMN title SET NOT NULL;
ALTER TABLE deals DROP CONSTRAINT deals_title_set;

-- case: a down file takes back what its up file made
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, net numeric);
-- migration
-- sqlmig: phase contract
ALTER TABLE deals ADD CONSTRAINT deals_net_check CHECK (net > 0) NOT VALID;
-- down
ALTER TABLE deals DROP CONSTRAINT deals_net_check;
