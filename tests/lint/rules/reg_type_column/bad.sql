CREATE TABLE hooks (id bigint PRIMARY KEY, handler regprocedure NOT NULL, configs pg_catalog.regconfig[]);
