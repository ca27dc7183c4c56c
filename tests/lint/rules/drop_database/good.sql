-- case: another kind of object
CREATE VIEW reports AS SELECT 1 AS n;
DROP VIEW reports;
