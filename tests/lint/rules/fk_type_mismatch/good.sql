-- case: the same
CREATE TABLE deals (id bigserial PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals);
CREATE INDEX notes_deal_id_idx ON notes (deal_id);

-- case: it takes all values of the other
CREATE TABLE deals (id integer PRIMARY KEY, code varchar(20) UNIQUE);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals, code text REFERENCES deals (code));
CREATE INDEX notes_deal_id_idx ON notes (deal_id);
CREATE INDEX notes_code_idx ON notes (code);

-- case: through a domain
CREATE DOMAIN deal_id AS bigint;
CREATE TABLE deals (id deal_id PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals);
CREATE INDEX notes_deal_id_idx ON notes (deal_id);

-- case: to a table that is not known here
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id integer REFERENCES deals (id));
CREATE INDEX notes_deal_id_idx ON notes (deal_id);

-- case: types of an extension
CREATE TABLE people (email text PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, email citext REFERENCES people);
CREATE INDEX notes_email_idx ON notes (email);
