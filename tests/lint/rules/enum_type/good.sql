CREATE TYPE address AS (street text, town text);
CREATE TABLE deals (id bigint PRIMARY KEY, stage text NOT NULL CHECK (stage IN ('new', 'won', 'lost')));
