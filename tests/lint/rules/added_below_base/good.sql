-- case: above
-- file: sql/tenant/0001_deals.up.sql
CREATE TABLE deals (id bigint PRIMARY KEY);
-- file: sql/tenant/0002_notes.up.sql
CREATE TABLE deal_notes (id bigint PRIMARY KEY);
-- base: sql/tenant/0002_notes.up.sql

-- case: it may run late
-- file: sql/tenant/0001_deals.up.sql
CREATE TABLE deals (id bigint PRIMARY KEY);
-- file: sql/tenant/0002_notes.up.sql
-- sqlmig: out-of-order merged from the 2.4 branch
CREATE TABLE deal_notes (id bigint PRIMARY KEY);
-- file: sql/tenant/0003_stages.up.sql
CREATE TABLE stages (id bigint PRIMARY KEY);
-- base: sql/tenant/0002_notes.up.sql
