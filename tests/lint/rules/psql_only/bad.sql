-- case: variables of psql
-- file: sql/platform/0001_settings.up.sql
\set limit 5
CREATE TABLE platform.settings (name text PRIMARY KEY, value int NOT NULL);

-- case: data behind COPY
COPY countries (code, name) FROM STDIN;
