-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals
    ADD COLUMN probability int,
    ADD CONSTRAINT deals_probability_check CHECK (probability BETWEEN 0 AND 100) NOT VALID;
-- down
ALTER TABLE deals DROP COLUMN probability;
