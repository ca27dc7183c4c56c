CREATE TABLE deals (id bigint PRIMARY KEY, title varchar(200), "Code" character(3) NOT NULL, flag char);
