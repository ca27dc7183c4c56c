-- config: lint: {max_statements: 2}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
CREATE TABLE stages (name text PRIMARY KEY);
INSERT INTO stages (name) VALUES ('lead');
UPDATE deals SET stage = 'lead' WHERE id = 1;
