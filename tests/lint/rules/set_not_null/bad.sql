-- case: without any proof
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
ALTER TABLE deals ALTER COLUMN stage SET NOT NULL;

-- case: a CHECK that has not been validated
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
ALTER TABLE deals ADD CONSTRAINT stage_not_null CHECK (stage IS NOT NULL) NOT VALID;
-- migration
ALTER TABLE deals ALTER COLUMN stage SET NOT NULL;

-- case: PostgreSQL 18
-- config: postgres: 18
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
ALTER TABLE deals ALTER COLUMN stage SET NOT NULL;

-- case: quoted names
-- earlier
CREATE TABLE "Deals" (id bigint PRIMARY KEY, "Stage" text);
-- migration
ALTER TABLE "Deals" ALTER COLUMN "Stage" SET NOT NULL;
