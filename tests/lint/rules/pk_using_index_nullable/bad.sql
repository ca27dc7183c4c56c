-- earlier
CREATE TABLE deals (id bigint);
CREATE UNIQUE INDEX deals_pkey ON deals (id);
-- migration
ALTER TABLE deals ADD CONSTRAINT deals_pkey PRIMARY KEY USING INDEX deals_pkey;
