-- There is no way to take a validation back but to make the constraints again. Reads no row.
ALTER TABLE deals DROP CONSTRAINT deals_owner_id_fkey;
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_fkey
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id) NOT VALID;
ALTER TABLE deals DROP CONSTRAINT deals_owner_id_present;
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_present CHECK (owner_id IS NOT NULL) NOT VALID;
