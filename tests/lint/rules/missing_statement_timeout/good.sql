-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
-- sqlmig: statement_timeout 5min
-- sqlmig: irreversible nobody knows which rows had no stage
UPDATE deals SET stage = 'lead' WHERE stage IS NULL AND id < 1000;
