-- case: one is missing, and then several
-- file: sql/tenant/0001_deals.up.sql
CREATE TABLE deals (id bigint PRIMARY KEY);
-- file: sql/tenant/0003_notes.up.sql
CREATE TABLE deal_notes (id bigint PRIMARY KEY);
-- file: sql/tenant/0007_stages.up.sql
CREATE TABLE stages (id bigint PRIMARY KEY);
