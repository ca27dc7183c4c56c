-- case: too small
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id integer REFERENCES deals);
CREATE INDEX notes_deal_id_idx ON notes (deal_id);

-- case: a serial key
CREATE TABLE deals (id serial PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id smallint REFERENCES deals);
CREATE INDEX notes_deal_id_idx ON notes (deal_id);

-- case: shorter
CREATE TABLE countries (code text PRIMARY KEY);
CREATE TABLE offices (id bigint PRIMARY KEY, country varchar(2) REFERENCES countries);
CREATE INDEX offices_country_idx ON offices (country);

-- case: what does not compare
CREATE TABLE deals (id uuid PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id text REFERENCES deals);
CREATE INDEX notes_deal_id_idx ON notes (deal_id);

-- case: numeric to bigint, on a table that was there
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id numeric);
CREATE INDEX notes_deal_id_idx ON notes (deal_id);
-- migration
ALTER TABLE notes ADD CONSTRAINT notes_deal_id_fkey FOREIGN KEY (deal_id) REFERENCES deals (id) NOT VALID;

-- case: under a domain, and one of two columns
CREATE DOMAIN deal_number AS integer;
CREATE TABLE deals (region text, number bigint, PRIMARY KEY (region, number));
CREATE TABLE notes (
    region text, number deal_number, at timestamptz, PRIMARY KEY (region, number, at),
    FOREIGN KEY (region, number) REFERENCES deals (region, number)
);

-- case: compares, and means something else
CREATE TABLE days (day date PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, day timestamptz REFERENCES days);
CREATE INDEX notes_day_idx ON notes (day);
