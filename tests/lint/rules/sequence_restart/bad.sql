-- case: of a sequence, of a column, by a call
-- earlier
CREATE TABLE deals (id bigserial PRIMARY KEY);
CREATE TABLE "Notes" ("Id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
CREATE SEQUENCE invoice_numbers;
-- migration
ALTER SEQUENCE deals_id_seq RESTART WITH 1000;
ALTER TABLE "Notes" ALTER COLUMN "Id" RESTART;
SELECT setval('invoice_numbers', 1);
SELECT setval(pg_get_serial_sequence('deals', 'id'), 500, true);

-- case: inside a DO block
-- earlier
CREATE SEQUENCE invoice_numbers;
-- migration
DO $$ BEGIN PERFORM setval('invoice_numbers', 1); END $$;
