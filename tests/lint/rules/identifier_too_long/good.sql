-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
ALTER TABLE deals ADD COLUMN counterparty_register_number text;
-- down
ALTER TABLE deals DROP COLUMN counterparty_register_number;
