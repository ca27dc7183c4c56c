-- case: an index
-- config: {postgres: 17}
-- earlier
CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT unaccent(lower($1)) $$;
-- migration
CREATE TABLE people (id bigint PRIMARY KEY, name text);
CREATE INDEX people_name ON people (plain(name));
CREATE INDEX people_a ON people (id) WHERE plain(name) = 'a';

-- case: a materialized view
-- config: {postgres: 17}
-- earlier
CREATE TABLE people (id bigint PRIMARY KEY, name text);
CREATE FUNCTION main_name(bigint) RETURNS text LANGUAGE plpgsql STABLE
    AS $$ BEGIN RETURN (SELECT name FROM people WHERE id = $1); END $$;
-- migration
CREATE MATERIALIZED VIEW names AS SELECT main_name(id) AS name FROM people;

-- case: a generated column
-- config: {postgres: 17}
-- earlier
CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT unaccent(lower($1)) $$;
-- migration
CREATE TABLE people (id bigint PRIMARY KEY, name text, plain text GENERATED ALWAYS AS (plain(name)) STORED);
