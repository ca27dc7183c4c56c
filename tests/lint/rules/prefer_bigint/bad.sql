-- case: primary keys
CREATE TABLE deals (id integer PRIMARY KEY);
CREATE TABLE tags (id serial PRIMARY KEY);
CREATE TABLE stages ("Id" smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);

-- case: within a tenant, and a number from a sequence
CREATE TABLE deals (tenant_id uuid, id int, number serial, PRIMARY KEY (tenant_id, id));

-- case: a foreign key to what is not known here
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id int REFERENCES deals (id));
CREATE INDEX notes_deal_id_idx ON notes (deal_id);
