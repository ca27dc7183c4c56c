-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, amount numeric(12, 2));
-- migration
-- sqlmig: phase contract
ALTER TABLE deals ADD CONSTRAINT deals_amount_positive CHECK (amount > 0) NOT VALID;
-- down
ALTER TABLE deals DROP CONSTRAINT deals_amount_positive;
-- file: sql/tenant/0003_validate.up.sql
-- sqlmig: irreversible a constraint that is valid does no harm
ALTER TABLE deals VALIDATE CONSTRAINT deals_amount_positive;
