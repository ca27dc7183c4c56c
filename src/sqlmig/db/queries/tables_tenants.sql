-- What sqlmig knows of tenants beside the registry. {history} is the history's schema, quoted. Format 3.
CREATE TABLE IF NOT EXISTS {history}.tenant (
    target       text        PRIMARY KEY,
    slug         text        NOT NULL,
    schema_name  text        NOT NULL,
    state        text        NOT NULL DEFAULT 'active'
                 CHECK (state IN ('active', 'suspended', 'dropping', 'dropped')),
    template     text,
    hold         jsonb       NOT NULL DEFAULT '{{}}',
    former       text,
    drop_after   timestamptz,
    reason       text,
    actor        text        NOT NULL DEFAULT session_user,
    changed_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE {history}.tenant IS
    'tenants that are not simply active: target is the registry''s id, hold gives the highest version by track, former the schema''s name before it was renamed away';

CREATE TABLE IF NOT EXISTS {history}.pool (
    schema_name  text        PRIMARY KEY,
    template     text,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE {history}.pool IS 'schemas that are ready for a tenant, and belong to none yet';
