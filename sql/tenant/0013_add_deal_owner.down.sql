-- The repeatable view shows the owner; the next apply makes it again.
DROP VIEW IF EXISTS deal_summary;
ALTER TABLE deals DROP COLUMN owner_id;
