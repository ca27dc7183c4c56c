-- What sqlmig knows of tenants beside the registry. {history} is the history's schema, quoted. Format 3.
CREATE TABLE IF NOT EXISTS {history}.tenant (
    target       text        PRIMARY KEY,
    slug         text        NOT NULL,
    schema_name  text        NOT NULL,
    state        text        NOT NULL DEFAULT 'active'
                 CHECK (state IN ('active', 'suspended', 'dropping', 'purging', 'dropped')),
    template     text,
    hold         jsonb       NOT NULL DEFAULT '{{}}',
    former       text,
    former_state text,
    drop_after   timestamptz,
    reason       text,
    registry     jsonb       NOT NULL DEFAULT '{{}}',
    actor        text        NOT NULL DEFAULT session_user,
    changed_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE {history}.tenant IS
    'what is known of tenants besides the registry: target is the registry''s id, hold gives by track the highest version and why, former and former_state what schema and state were before a drop renamed the schema away, registry the row that the registry gave last';
CREATE INDEX IF NOT EXISTS tenant_hold_idx ON {history}.tenant (target) WHERE hold <> '{{}}';

-- A run that was planned before the hold was set may still come to the tenant: its step is not recorded, and so not committed.
CREATE OR REPLACE FUNCTION {history}.keep_hold() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $keep$
DECLARE
    held jsonb;
BEGIN
    SELECT t.hold -> NEW.track INTO held FROM {history}.tenant AS t WHERE t.target = NEW.target AND t.hold <> '{{}}';
    IF (held ->> 'at')::bigint < NEW.version THEN
        RAISE EXCEPTION USING ERRCODE = 'SQLM4', MESSAGE = pg_catalog.format('the tenant is held at %s: %s',
            pg_catalog.lpad(held ->> 'at', greatest(4, pg_catalog.length(held ->> 'at')), '0'), held ->> 'reason');
    END IF;
    RETURN NEW;
END
$keep$;
CREATE OR REPLACE TRIGGER keep_hold BEFORE INSERT ON {history}.applied
    FOR EACH ROW EXECUTE FUNCTION {history}.keep_hold();

CREATE TABLE IF NOT EXISTS {history}.pool (
    schema_name  text        PRIMARY KEY,
    template     text,
    identity     text        NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE {history}.pool IS
    'schemas that are ready for a tenant, and belong to none yet; identity is a hash of all that they are made from';
