-- config: lint: {max_statements: 2}
CREATE TABLE stages (name text PRIMARY KEY);
CREATE TABLE kinds (name text PRIMARY KEY);
INSERT INTO stages (name) VALUES ('lead');
