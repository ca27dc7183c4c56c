-- case: added first
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, amount numeric(12, 2));
-- migration
-- sqlmig: phase contract
ALTER TABLE deals ADD CONSTRAINT deals_amount_positive CHECK (amount > 0) NOT VALID;
-- down
ALTER TABLE deals DROP CONSTRAINT deals_amount_positive;

-- case: a new table
CREATE TABLE deals (id bigint PRIMARY KEY, amount numeric(12, 2));
ALTER TABLE deals ADD CONSTRAINT deals_amount_positive CHECK (amount > 0);
