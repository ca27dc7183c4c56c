-- case: in a new table
-- platform
CREATE TABLE currencies (code text PRIMARY KEY);
-- migration
CREATE TABLE deals (
    id bigint PRIMARY KEY,
    currency text REFERENCES platform.currencies
);

-- case: added NOT VALID
-- platform
CREATE TABLE currencies (code text PRIMARY KEY);
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, currency text);
-- migration
ALTER TABLE deals ADD CONSTRAINT deals_currency FOREIGN KEY (currency) REFERENCES platform.currencies NOT VALID;

-- case: a small table
-- config: lint: {small_tables: [currencies]}
-- platform
CREATE TABLE currencies (code text PRIMARY KEY);
-- migration
CREATE TABLE deals (id bigint PRIMARY KEY, currency text REFERENCES platform.currencies);
