-- case: without a condition
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
UPDATE deals SET stage = 'lead';

-- case: a condition that is none
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
-- migration
DELETE FROM deals WHERE 1 = 1;
