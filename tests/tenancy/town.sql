CREATE SCHEMA core;
CREATE SCHEMA extensions;
CREATE SCHEMA shared;
CREATE TABLE core.tenants (id int PRIMARY KEY, slug text UNIQUE, schema_name text, is_active bool DEFAULT true);
INSERT INTO core.tenants SELECT n, 't' || n, 'tenant_t' || n FROM generate_series(0, {tenants} - 1) AS n;
CREATE FUNCTION extensions.answer() RETURNS int LANGUAGE sql AS 'SELECT 42';
CREATE TABLE shared.notes (tenant_id int NOT NULL, text text NOT NULL);
INSERT INTO shared.notes SELECT id, 'note of ' || slug FROM core.tenants;
ALTER TABLE shared.notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shared.notes USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::int);
DO $$
DECLARE tenant record;
BEGIN
    FOR tenant IN SELECT * FROM core.tenants LOOP
        EXECUTE format('CREATE SCHEMA %I', tenant.schema_name);
        EXECUTE format('CREATE TABLE %I.who AS SELECT %L AS name', tenant.schema_name, tenant.slug);
        EXECUTE format('CREATE TABLE %I.written (tenant text)', tenant.schema_name);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO {role}', tenant.schema_name);
        EXECUTE format('GRANT ALL ON ALL TABLES IN SCHEMA %I TO {role}', tenant.schema_name);
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA extensions, shared TO {role};
GRANT ALL ON shared.notes TO {role};
