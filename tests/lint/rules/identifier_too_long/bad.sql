-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
-- migration
ALTER TABLE deals ADD COLUMN identification_number_of_the_counterparty_in_the_commercial_register text;
