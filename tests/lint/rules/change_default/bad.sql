-- case: another default
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text DEFAULT 'open');
-- migration
ALTER TABLE deals ALTER COLUMN stage SET DEFAULT 'new';

-- case: no default any more
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text DEFAULT 'open', net numeric NOT NULL DEFAULT 0);
-- migration
ALTER TABLE deals ALTER COLUMN stage DROP DEFAULT, ALTER COLUMN net DROP DEFAULT;
