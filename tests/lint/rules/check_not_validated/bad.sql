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

-- case: the name that PostgreSQL would choose is taken
-- earlier
CREATE TABLE "Deals" (id bigint PRIMARY KEY, "Amount" numeric, CONSTRAINT "Deals_check" CHECK (id > 0));
-- migration
ALTER TABLE "Deals" ADD CHECK ("Amount" > 0) NO INHERIT;
