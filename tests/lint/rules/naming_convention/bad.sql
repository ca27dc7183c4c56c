-- case: every kind
-- config: lint: {packs: [style], naming: {table: "[a-z_]+s", column: "[a-z][a-z0-9_]*", index: ".+_idx", unique: ".+_key", primary_key: ".+_pkey", foreign_key: ".+_fkey", check: ".+_check", policy: "[a-z_]+", trigger: "[a-z_]+_trg", function: "[a-z_]+", view: ".+_view", sequence: ".+_seq", migration: "[0-9]{4}_[a-z_]+"}}
CREATE TABLE deal ("Id" bigint CONSTRAINT pk PRIMARY KEY, code text CONSTRAINT uq UNIQUE, n integer CONSTRAINT ck CHECK (n > 0));
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id bigint CONSTRAINT fk REFERENCES deal);
CREATE INDEX ix_notes ON notes (deal_id);
CREATE POLICY "Own" ON notes USING (true);
CREATE FUNCTION "F1"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER t BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION "F1"();
CREATE VIEW v AS SELECT id FROM notes;
CREATE SEQUENCE s;
-- file: sql/tenant/0003_Add_more.up.sql
CREATE TABLE more_notes (id bigint PRIMARY KEY);

-- case: names that PostgreSQL chooses
-- config: lint: {packs: [style], naming: {primary_key: "pk_.+", index: "ix_.+"}}
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE INDEX ON deals (owner_id);

-- case: new names for what was there
-- config: lint: {packs: [style], naming: {table: "[a-z]+", column: "[a-z]+"}}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, title text);
-- migration
ALTER TABLE deals RENAME COLUMN title TO deal_title;
ALTER TABLE deals RENAME TO all_deals;

-- case: in a table that was there
-- config: lint: {packs: [style], since: 2, naming: {column: "[a-z]+"}}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, "oldTitle" text);
-- migration
ALTER TABLE deals ADD COLUMN IF NOT EXISTS "newTitle" text;
