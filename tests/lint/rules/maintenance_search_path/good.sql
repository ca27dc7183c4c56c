-- case: a path of its own
-- config: {postgres: 17}
-- earlier
CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = extensions, pg_temp AS $$ SELECT unaccent(lower($1)) $$;
-- migration
CREATE TABLE people (id bigint PRIMARY KEY, name text);
CREATE INDEX people_name ON people (plain(name));

-- case: schemas written
-- config: {postgres: 17}
-- earlier
CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT extensions.unaccent(lower($1)) $$;
-- migration
CREATE TABLE people (id bigint PRIMARY KEY, name text);
CREATE INDEX people_name ON people (plain(name));

-- case: of the server alone
-- config: {postgres: 17}
-- earlier
CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(lower($1)) $$;
-- migration
CREATE TABLE people (id bigint PRIMARY KEY, name text);
CREATE INDEX people_name ON people (plain(name));

-- case: an old server
-- earlier
CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT unaccent(lower($1)) $$;
-- migration
CREATE TABLE people (id bigint PRIMARY KEY, name text);
CREATE INDEX people_name ON people (plain(name));
