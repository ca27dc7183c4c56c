-- case: one after the other
-- file: sql/tenant/0001_deals.up.sql
CREATE TABLE deals (id bigint PRIMARY KEY);
-- file: sql/tenant/0002_notes.up.sql
CREATE TABLE deal_notes (id bigint PRIMARY KEY);

-- case: timestamps
-- file: sql/tenant/20260102030405_deals.up.sql
CREATE TABLE deals (id bigint PRIMARY KEY);
-- file: sql/tenant/20260103030405_notes.up.sql
CREATE TABLE deal_notes (id bigint PRIMARY KEY);

-- case: below what is judged
-- config: lint: {since: 4}
-- file: sql/tenant/0001_deals.up.sql
CREATE TABLE deals (id bigint PRIMARY KEY);
-- file: sql/tenant/0003_notes.up.sql
CREATE TABLE deal_notes (id bigint PRIMARY KEY);
-- file: sql/tenant/0004_stages.up.sql
CREATE TABLE stages (id bigint PRIMARY KEY);
