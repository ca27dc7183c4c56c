-- case: several samples, and a macro
-- config: lint: {samples: [{slug: acme, schema: tenant_acme}, {slug: globex, schema: tenant_globex}]}
-- config: tenants: {query: SELECT 1}
-- file: sql/macros/names.sql
{% macro own(name) %}{{ schema }}.{{ name }}{% endmacro %}
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
CREATE SEQUENCE deal_numbers;
-- migration
{% from "names.sql" import own with context %}
ALTER TABLE {{ own("deals") }} ADD COLUMN note text;
ALTER TABLE tenant_{{ tenant.slug }}.deals ADD COLUMN owner text;

-- case: no schema, or that of the template
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
CREATE SEQUENCE deal_numbers;
-- migration
ALTER TABLE deals ADD COLUMN owner text;
ALTER TABLE {{ schema }}.deals ADD COLUMN note text;
CREATE FUNCTION next_number() RETURNS bigint LANGUAGE sql SET search_path = '' AS $$
    SELECT pg_catalog.nextval('{{ schema }}.deal_numbers') $$;
GRANT USAGE ON SCHEMA {{ schema | ident }} TO deal_app;

-- case: shared schemas may be read
-- config: search_path: [extensions]
-- platform
CREATE TABLE currencies (code text PRIMARY KEY);
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
CREATE SEQUENCE deal_numbers;
-- migration
CREATE VIEW priced AS SELECT d.id, c.code FROM deals d, platform.currencies c;
ALTER TABLE deals ADD COLUMN key uuid;
ALTER TABLE deals ALTER COLUMN key SET DEFAULT extensions.gen_random_uuid();

-- case: functions and types of extensions in public
-- earlier
CREATE TABLE deals (id bigint PRIMARY KEY, stage text);
CREATE SEQUENCE deal_numbers;
-- migration
ALTER TABLE deals ADD COLUMN key uuid, ADD COLUMN email public.citext;
ALTER TABLE deals ALTER COLUMN key SET DEFAULT public.uuid_generate_v4();

-- case: an alias that looks like a schema
-- earlier
CREATE TABLE tenant_settings (id bigint PRIMARY KEY, value text);
-- migration
CREATE VIEW settings AS SELECT tenant_settings.value FROM tenant_settings;
