CREATE TABLE deals (id bigint PRIMARY KEY);
