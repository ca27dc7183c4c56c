-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
-- sqlmig: phase contract
ALTER TABLE deals ADD CONSTRAINT stage_not_null CHECK (stage IS NOT NULL) NOT VALID;
-- down
ALTER TABLE deals DROP CONSTRAINT stage_not_null;
-- file: sql/tenant/0003_validate.up.sql
-- sqlmig: irreversible a constraint that is valid does no harm
ALTER TABLE deals VALIDATE CONSTRAINT stage_not_null;
-- file: sql/tenant/0004_not_null.up.sql
-- sqlmig: phase contract
ALTER TABLE deals ALTER COLUMN stage SET NOT NULL;
ALTER TABLE deals DROP CONSTRAINT stage_not_null;
-- file: sql/tenant/0004_not_null.down.sql
ALTER TABLE deals ADD CONSTRAINT stage_not_null CHECK (stage IS NOT NULL) NOT VALID;
ALTER TABLE deals ALTER COLUMN stage DROP NOT NULL;
