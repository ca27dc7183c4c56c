-- case: an index
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals);
CREATE INDEX notes_deal_id_idx ON notes (deal_id, id);

-- case: the primary key begins with it
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE notes (deal_id bigint REFERENCES deals, number integer, PRIMARY KEY (deal_id, number));

-- case: two columns in another order
CREATE TABLE deals (region text, id bigint, PRIMARY KEY (region, id));
CREATE TABLE notes (
    id bigint PRIMARY KEY, deal_id bigint, region text,
    FOREIGN KEY (region, deal_id) REFERENCES deals (region, id)
);
CREATE INDEX notes_deal_id_region_idx ON notes (deal_id, region);

-- case: a partial index that leaves only NULL out
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals);
CREATE INDEX notes_deal_id_idx ON notes (deal_id) WHERE deal_id IS NOT NULL;

-- case: the index of the partitioned table
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE notes (deal_id bigint REFERENCES deals, happened_at date NOT NULL) PARTITION BY RANGE (happened_at);
ALTER TABLE notes ADD PRIMARY KEY (deal_id, happened_at);
CREATE TABLE notes_2026 PARTITION OF notes FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

-- case: a small table
-- config: lint: {small_tables: [notes]}
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals);

-- case: an old foreign key
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE notes (id bigint PRIMARY KEY, deal_id bigint REFERENCES deals);
CREATE INDEX notes_deal_id_idx ON notes (deal_id);
-- migration
ALTER TABLE notes ADD COLUMN body text;
