-- case: the tenant's own, and reading
-- platform
CREATE TABLE currencies (code text PRIMARY KEY);
-- migration
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals ADD COLUMN note text;
CREATE VIEW codes AS SELECT code FROM platform.currencies;

-- case: the shared track itself
-- platform
CREATE TABLE currencies (code text PRIMARY KEY);
ALTER TABLE platform.currencies ADD COLUMN symbol text;
