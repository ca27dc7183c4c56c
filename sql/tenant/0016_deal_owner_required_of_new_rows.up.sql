-- sqlmig: phase contract
-- NOT NULL, first of three: every row that is written from now on has an owner, and one that there is. Not valid: it
-- reads no old row. 0017 checks those.
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_fkey
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id) NOT VALID;
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_present CHECK (owner_id IS NOT NULL) NOT VALID;
