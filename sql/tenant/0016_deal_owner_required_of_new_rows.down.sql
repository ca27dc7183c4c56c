ALTER TABLE deals DROP CONSTRAINT deals_owner_id_present;
ALTER TABLE deals DROP CONSTRAINT deals_owner_id_fkey;
