-- NOT NULL, second of three: reads every row, while others go on reading and writing.
ALTER TABLE deals VALIDATE CONSTRAINT deals_owner_id_present;
ALTER TABLE deals VALIDATE CONSTRAINT deals_owner_id_fkey;
