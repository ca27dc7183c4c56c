CREATE TABLE deals (id bigint PRIMARY KEY, price numeric(12, 2), weight real, costly double precision);
