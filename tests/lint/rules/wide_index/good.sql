CREATE TABLE deals (id bigint PRIMARY KEY, a text, b text, c text, d jsonb);
CREATE INDEX deals_idx ON deals (a, b, c) INCLUDE (d);
CREATE UNIQUE INDEX deals_key ON deals (b, c, a, id);
CREATE INDEX deals_gin ON deals USING brin (c, b, a, id);
