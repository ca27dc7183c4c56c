-- case: a schema
-- platform
CREATE EXTENSION citext WITH SCHEMA extensions;
CREATE EXTENSION pg_cron;
