ALTER TABLE deals DROP COLUMN owner_id;
