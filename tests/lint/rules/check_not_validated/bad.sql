-- case: with a name
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, amount numeric(12, 2));
-- migration
ALTER TABLE deals ADD CONSTRAINT deals_amount_positive CHECK (amount > 0);

-- case: without a name, among other changes
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, amount numeric(12, 2));
-- migration
ALTER TABLE deals ADD COLUMN note text, ADD CHECK (amount > 0);
