ALTER TABLE deals DROP CONSTRAINT deals_owner_id_present;
