-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, amount numeric(12, 2));
-- migration
ALTER TABLE deals ADD CONSTRAINT deals_amount_positive CHECK (amount > 0) NOT VALID;
ALTER TABLE deals VALIDATE CONSTRAINT deals_amount_positive;
