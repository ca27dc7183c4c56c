-- file: sql/tenant/0001_deals.up.sql
CREATE TABLE deals (id bigint PRIMARY KEY);
-- file: sql/tenant/0002_notes.up.sql
CREATE TABLE deal_notes (id bigint PRIMARY KEY);
-- file: sql/tenant/0003_stages.up.sql
CREATE TABLE stages (id bigint PRIMARY KEY);
-- base: sql/tenant/0002_notes.up.sql
