-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
SET LOCAL idle_in_transaction_session_timeout = 0;
ALTER TABLE deals ADD COLUMN note text;
