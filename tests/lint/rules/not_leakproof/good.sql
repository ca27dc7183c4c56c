-- case: plain columns
-- config: lint: {tenancy: both}
-- migration
CREATE TABLE notes (tenant_id uuid NOT NULL, id bigint NOT NULL, name text, PRIMARY KEY (tenant_id, id));
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON notes TO deal_app
    USING (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid));
CREATE INDEX notes_name ON notes (tenant_id, name);
CREATE INDEX notes_hash ON notes (tenant_id, md5(name));

-- case: no row level security
-- migration
CREATE TABLE notes (id bigint PRIMARY KEY, name text);
CREATE INDEX notes_name ON notes (lower(name));
