-- NOT NULL, first of three: every row that is written from now on has an owner. Reads no old row.
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_present CHECK (owner_id IS NOT NULL) NOT VALID;
