-- case: with an id
CREATE TABLE deals (id bigint NOT NULL, title text);

-- case: without anything
CREATE TABLE deal_events (happened_at timestamptz NOT NULL, what text);

-- case: with a unique constraint
CREATE TABLE stages (code text NOT NULL UNIQUE, title text);

-- case: a table of pairs
CREATE TABLE deals (id bigint PRIMARY KEY);
CREATE TABLE tags (id bigint PRIMARY KEY);
CREATE TABLE deal_tags (deal_id bigint NOT NULL REFERENCES deals, tag_id bigint NOT NULL REFERENCES tags);
CREATE INDEX deal_tags_deal_id_idx ON deal_tags (deal_id);
CREATE INDEX deal_tags_tag_id_idx ON deal_tags (tag_id);

-- case: rows of several tenants
-- config: lint: {tenancy: both}
CREATE TABLE deals (tenant_id uuid NOT NULL, id bigint NOT NULL, title text);

-- case: what a query gives, and a quoted name
CREATE TABLE "Deal Copy" AS SELECT 1 AS n;

-- case: a partitioned table
CREATE TABLE events (happened_at timestamptz NOT NULL) PARTITION BY RANGE (happened_at);

-- case: dropped again
CREATE TABLE deals (id bigint PRIMARY KEY);
ALTER TABLE deals DROP CONSTRAINT deals_pkey;

-- case: partitions by an expression
CREATE TABLE events (happened_at timestamptz NOT NULL) PARTITION BY RANGE (date_trunc('day', happened_at, 'UTC'));

-- case: partitions, with an id
CREATE TABLE events (id bigint, happened_at timestamptz NOT NULL) PARTITION BY RANGE (happened_at);
