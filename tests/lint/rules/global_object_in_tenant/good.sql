-- case: a shared track
-- platform
CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA platform;
CREATE ROLE deal_reader;

-- case: one for each tenant
CREATE ROLE {{ schema }}_reader;
ALTER ROLE "{{ schema }}_reader" LOGIN;
CREATE PUBLICATION {{ schema }};

-- case: what each tenant has for itself
CREATE TYPE stage AS ENUM ('new', 'won');
CREATE VIEW one AS SELECT 1 AS id;
CREATE CAST (text AS stage) WITH INOUT;
