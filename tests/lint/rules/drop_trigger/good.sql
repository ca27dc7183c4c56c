-- case: made again
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE FUNCTION deal_audit() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER audit AFTER INSERT ON deals FOR EACH ROW EXECUTE FUNCTION deal_audit();
-- migration
-- sqlmig: allow trigger-ddl: a moment, on a table with few writes
DROP TRIGGER audit ON deals;
-- sqlmig: allow trigger-ddl: a moment, on a table with few writes
CREATE TRIGGER audit AFTER INSERT OR DELETE ON deals FOR EACH ROW EXECUTE FUNCTION deal_audit();

-- case: the table goes
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE FUNCTION deal_audit() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER audit AFTER INSERT ON deals FOR EACH ROW EXECUTE FUNCTION deal_audit();
-- migration
-- sqlmig: phase contract
-- sqlmig: allow trigger-ddl: nobody uses the table any more
DROP TRIGGER audit ON deals;
-- sqlmig: allow drop-table: nobody uses it any more
DROP TABLE deals;
