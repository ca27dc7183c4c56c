-- case: identity
-- earlier
CREATE TABLE deals (number text PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;

-- case: serial
-- earlier
CREATE TABLE deals (number text PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN id bigserial;
