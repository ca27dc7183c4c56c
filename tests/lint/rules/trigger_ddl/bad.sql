-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
-- sqlmig: lock_timeout 0
CREATE TRIGGER deals_touch BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION touch();
