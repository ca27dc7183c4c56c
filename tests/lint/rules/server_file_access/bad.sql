-- case: a file of the server
CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
COPY countries FROM '/srv/countries.csv' WITH (FORMAT csv);

-- case: a program on the server
CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
COPY countries FROM PROGRAM 'curl https://example.com/countries.csv' WITH (FORMAT csv);

-- case: a function that reads files
CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);
INSERT INTO notes (id, body) VALUES (1, pg_read_file('/etc/hostname'));
