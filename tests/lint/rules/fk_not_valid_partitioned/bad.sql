-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint, owner_id bigint, year int) PARTITION BY LIST (year);
CREATE TABLE deals_2025 PARTITION OF deals FOR VALUES IN (2025);
-- migration
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners (id) NOT VALID;
