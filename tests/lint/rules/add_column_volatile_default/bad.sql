-- case: a function of PostgreSQL
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN public_id uuid DEFAULT gen_random_uuid();

-- case: a function that nobody knows
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN number text DEFAULT next_number();
