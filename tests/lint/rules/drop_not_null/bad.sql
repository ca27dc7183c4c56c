-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, "Title" text NOT NULL);
-- migration
ALTER TABLE deals ALTER COLUMN "Title" DROP NOT NULL;
