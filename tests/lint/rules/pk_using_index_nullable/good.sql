-- config: lint: {rules: {no-primary-key: "off"}}
-- earlier
CREATE TABLE deals (id bigint NOT NULL);
CREATE UNIQUE INDEX deals_pkey ON deals (id);
-- migration
-- sqlmig: irreversible without the constraint the index would be gone as well
ALTER TABLE deals ADD CONSTRAINT deals_pkey PRIMARY KEY USING INDEX deals_pkey;
