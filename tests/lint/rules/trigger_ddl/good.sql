-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
CREATE TRIGGER deals_touch BEFORE UPDATE ON deals FOR EACH ROW EXECUTE FUNCTION touch();
-- down
DROP TRIGGER deals_touch ON deals;
