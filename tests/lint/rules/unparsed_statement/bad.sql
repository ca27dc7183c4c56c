-- case: a statement that PostgreSQL has not
CREATE TABLE deals (id bigint PRIMARY KEY) ENGINE = innodb;

-- case: a body in another language
CREATE FUNCTION double(n int) RETURNS int LANGUAGE plv8 SET search_path = '' AS $$ return n * 2; $$;
