-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
-- sqlmig: irreversible nothing is changed
LOCK TABLE deals IN ROW EXCLUSIVE MODE;
