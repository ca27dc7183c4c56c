-- case: bigint
CREATE TABLE deals (id bigint PRIMARY KEY, priority integer NOT NULL);
CREATE TABLE notes (deal_id bigint REFERENCES deals, line integer, PRIMARY KEY (deal_id, line));

-- case: as what it refers to
-- config: lint: {since: 2}
-- earlier
CREATE TABLE deals (id integer PRIMARY KEY);
-- migration
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id integer REFERENCES deals);
CREATE INDEX notes_deal_id_idx ON notes (deal_id);

-- case: a table that was there
-- config: lint: {since: 2}
-- earlier
CREATE TABLE deals (id integer PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN priority integer;
