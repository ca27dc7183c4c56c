-- case: parts of one value
-- earlier
CREATE TYPE address AS (street text, town text);
CREATE TABLE deals (id bigint PRIMARY KEY, sums numeric[], home address);
-- migration
UPDATE deals SET sums[1] = 1, sums[2] = 2, home.street = 'a', home.town = 'b' WHERE id = 1;
INSERT INTO deals (id, home.street, home.town) VALUES (1, 'a', 'b');
