CREATE TABLE regions (id int PRIMARY KEY, name text);
CREATE TABLE events (
    id bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    region_id int REFERENCES regions,
    amount numeric(10, 2) CHECK (amount > 0),
    kind text,
    PRIMARY KEY (id, at, region_id),
    UNIQUE (at, kind, region_id)
) PARTITION BY RANGE (at);
CREATE INDEX ON events (kind);
CREATE INDEX events_by_region ON events (region_id, lower(kind)) WHERE amount > 10;
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2025 PARTITION OF events (kind DEFAULT 'x' NOT NULL, CHECK (id > 0)) FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (region_id);
CREATE TABLE events_2025_eu PARTITION OF events_2025 FOR VALUES IN (1, 2);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
ALTER TABLE events ADD COLUMN note varchar(20) NOT NULL DEFAULT '', ADD COLUMN source int CHECK (source > 0);
ALTER TABLE events ALTER COLUMN kind SET NOT NULL;
ALTER TABLE events ALTER COLUMN note TYPE text, ALTER COLUMN note SET DEFAULT 'n';
ALTER TABLE ONLY events ALTER COLUMN note DROP DEFAULT;
ALTER TABLE events ADD CONSTRAINT positive CHECK (id > 0) NOT VALID;
ALTER TABLE events VALIDATE CONSTRAINT positive;
ALTER TABLE events RENAME COLUMN kind TO sort;
ALTER TABLE events RENAME CONSTRAINT positive TO above;
ALTER TABLE events ADD CONSTRAINT events_again FOREIGN KEY (source) REFERENCES regions;
CREATE INDEX events_source ON ONLY events (source);
CREATE INDEX e24 ON events_2024 (source);
CREATE INDEX e25 ON ONLY events_2025 (source);
CREATE INDEX e25eu ON events_2025_eu (source);
CREATE INDEX er ON events_rest (source);
ALTER INDEX events_source ATTACH PARTITION e24;
ALTER INDEX e25 ATTACH PARTITION e25eu;
ALTER INDEX events_source ATTACH PARTITION e25;
ALTER INDEX events_source ATTACH PARTITION er;
ALTER INDEX e24 RENAME TO e_24;
CREATE TABLE events_2023 (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
CREATE UNIQUE INDEX ready ON events_2023 (id, at, region_id);
ALTER TABLE events_2023 ADD CONSTRAINT has_key PRIMARY KEY USING INDEX ready;
CREATE INDEX sorted ON events_2023 (sort);
ALTER TABLE events_2023 ADD CONSTRAINT own_region FOREIGN KEY (region_id) REFERENCES regions;
ALTER TABLE events ATTACH PARTITION events_2023 FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE UNIQUE INDEX ON events (at, id, source, region_id);
ALTER TABLE events DETACH PARTITION events_2024;
ALTER TABLE events_2024 DROP CONSTRAINT above;
DROP INDEX events_source;
ALTER TABLE events DROP CONSTRAINT events_at_kind_region_id_key;
ALTER TABLE events DROP COLUMN source;
ALTER TABLE events RENAME TO happenings;
ALTER TABLE happenings ADD UNIQUE (at, sort, region_id);
ALTER TABLE happenings DROP CONSTRAINT events_pkey;
ALTER TABLE happenings ADD COLUMN ref int REFERENCES regions;
ALTER TABLE happenings ENABLE ROW LEVEL SECURITY;
DROP TABLE events_2025;
-- 17
CREATE TABLE numbered (id int GENERATED ALWAYS AS IDENTITY, k int) PARTITION BY LIST (k);
-- 17
CREATE TABLE numbered_1 PARTITION OF numbered FOR VALUES IN (1);
-- 17
ALTER TABLE numbered DETACH PARTITION numbered_1;
-- 17
ALTER TABLE numbered ATTACH PARTITION numbered_1 FOR VALUES IN (1);
DROP TABLE happenings;
