-- case: in a new table
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals ON DELETE CASCADE);

-- case: on a table that was there
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, owner_id bigint);
CREATE TABLE owners (id bigint PRIMARY KEY);
-- migration
-- sqlmig: phase contract
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners (id) NOT VALID;

-- case: the columns stand second
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE tags (id bigint PRIMARY KEY);
CREATE TABLE deal_tags (
    deal_id bigint REFERENCES deals,
    tag_id bigint REFERENCES tags,
    PRIMARY KEY (deal_id, tag_id)
);

-- case: a partial index that leaves referring rows out
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals, hidden boolean);
CREATE INDEX notes_deal_id_idx ON notes (deal_id) WHERE NOT hidden;

-- case: to a table of another schema, from quoted names
-- platform
CREATE TABLE currencies (code text PRIMARY KEY);
-- migration
CREATE TABLE "Deal" (id bigint PRIMARY KEY, "Currency" text REFERENCES platform.currencies (code));

-- case: a table of which not everything is known
-- migration
-- sqlmig: phase contract
ALTER TABLE deals ADD CONSTRAINT deals_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES owners (id) NOT VALID;

-- case: with the tenant
-- config: lint: {tenancy: both}
CREATE TABLE deals (tenant_id uuid, id bigint, PRIMARY KEY (tenant_id, id));
CREATE TABLE notes (
    tenant_id uuid, id bigint, deal_id bigint,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, deal_id) REFERENCES deals (tenant_id, id)
);

-- case: a partitioned table that was there
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE notes (id bigint, day date, deal_id bigint, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE notes_2026 PARTITION OF notes FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- migration
-- sqlmig: phase contract
ALTER TABLE notes ADD CONSTRAINT notes_deal_id_fkey FOREIGN KEY (deal_id) REFERENCES deals (id);

-- case: a hypertable that was there
-- earlier
CREATE TABLE sensors (id bigint PRIMARY KEY);
CREATE TABLE readings (taken_at timestamptz NOT NULL, sensor_id bigint);
SELECT create_hypertable('readings', 'taken_at');
-- migration
ALTER TABLE readings ADD CONSTRAINT readings_sensor_id_fkey FOREIGN KEY (sensor_id) REFERENCES sensors (id) NOT VALID;

-- case: a column of the same migration
-- earlier
CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE deals (id bigint PRIMARY KEY);
-- migration
ALTER TABLE deals ADD COLUMN owner_id bigint REFERENCES owners;
