-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
-- sqlmig: irreversible nobody knows which rows had no stage
UPDATE deals SET stage = 'lead' WHERE stage IS NULL AND id BETWEEN 1 AND 1000;
