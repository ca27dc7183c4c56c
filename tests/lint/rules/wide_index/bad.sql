-- case: four columns
CREATE TABLE deals (id bigint PRIMARY KEY, a text, b text, c text, d text);
CREATE INDEX deals_idx ON deals (a, b, lower(c), d);

-- case: as it is configured
-- config: lint: {max_index_columns: 1, packs: [style]}
CREATE TABLE deals (id bigint PRIMARY KEY, a text, b text);
CREATE INDEX deals_idx ON deals (a, b);
