-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
LOCK TABLE deals;
