-- One row at least of every kind that a dump writes in a way of its own.
CREATE TYPE mood AS ENUM ('low', 'high', 'it''s');
CREATE DOMAIN share AS numeric(5, 4) CHECK (VALUE BETWEEN 0 AND 1);
CREATE TYPE pair AS (name text, amount numeric(12, 2));
CREATE TABLE kinds (
    id bigint GENERATED ALWAYS AS IDENTITY (START 40) PRIMARY KEY,
    number serial,
    yes boolean,
    small smallint,
    real4 real,
    real8 double precision,
    exact numeric,
    cash money,
    words text,
    fixed character(5),
    raw bytea,
    day date,
    moment timestamptz,
    plain timestamp,
    clock timetz,
    span interval,
    key uuid,
    document jsonb,
    text_document json,
    address inet,
    network cidr,
    card macaddr,
    bits bit varying(9),
    search tsvector,
    query tsquery,
    place point,
    area polygon,
    span4 int4range,
    spans nummultirange,
    feeling mood,
    part share,
    both_of pair,
    list text[],
    matrix integer[][],
    doubled numeric GENERATED ALWAYS AS (exact * 2) STORED
);
INSERT INTO kinds (yes, small, real4, real8, exact, cash, words, fixed, raw, day, moment, plain, clock, span, key,
    document, text_document, address, network, card, bits, search, query, place, area, span4, spans, feeling,
    part, both_of, list, matrix)
VALUES
    (true, -32768, 'NaN', 'Infinity', 123456789012345678901234567890.000000001, 12.34, E'tab\tline\nback\\slash \\.\n\\.',
    'ab', '\x00ff5c2e0a', 'infinity', '2024-02-29 23:59:59.999999+13', '-infinity', '12:00+02', '1 year -3 days 00:00:01.5',
    '00000000-0000-0000-0000-000000000001', '{"a": [1, null, "\u00e4"]}', '{"a" : 1, "a": 2}',
    '2001:db8::1/64', '10.0.0.0/8', '08:00:2b:01:02:03', B'101', 'a:1A b:2', 'a & !b', '(1,2)', '((0,0),(1,1),(2,0))',
    '[1,5)', '{[1,2),(3,]}', 'it''s', 0.5, ROW('x,"y"', 1.5), ARRAY['a', NULL, 'NULL', '{,}'], ARRAY[[1, 2], [3, 4]]),
    (NULL, NULL, NULL, NULL, NULL, NULL, '', '', '', NULL, NULL, NULL, NULL, NULL, NULL, 'null', 'null', NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, 'empty', '{}', NULL, NULL, NULL, '{}', NULL);
CREATE TABLE parted (id int, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE parted_2024 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
INSERT INTO parted VALUES (1, '2024-06-01'), (2, '1999-01-01');
CREATE SEQUENCE alone START 7 INCREMENT 3;
SELECT nextval('alone');
CREATE TABLE "Odd; name" (" a ""b" int DEFAULT nextval('alone'));
INSERT INTO "Odd; name" VALUES (1);
CREATE VIEW seen AS SELECT k.id, k.both_of FROM kinds k;
CREATE MATERIALIZED VIEW kept AS SELECT count(*) AS rows FROM kinds;
CREATE FUNCTION early(kinds) RETURNS text LANGUAGE sql STABLE BEGIN ATOMIC SELECT ($1).words; END;
CREATE FUNCTION late() RETURNS bigint LANGUAGE plpgsql SET search_path FROM CURRENT AS $body$
BEGIN
    -- COPY kinds FROM stdin;
    RETURN (SELECT count(*) FROM kinds);
END
$body$;
CREATE FUNCTION seen_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER stop BEFORE INSERT ON kinds FOR EACH ROW EXECUTE FUNCTION seen_row();
CREATE INDEX kinds_words ON kinds (lower(words)) WHERE yes;
CREATE STATISTICS kinds_pair ON yes, small FROM kinds;
ALTER TABLE parted ENABLE ROW LEVEL SECURITY;
ALTER TABLE parted FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON parted USING (id = (SELECT count(*) FROM kinds));
COMMENT ON TABLE kinds IS 'it''s
two lines';
