-- The platform's audit log. It only grows: nobody changes or removes an event, the table's owner included.
{% from "sqlmig/audit.sql" import append_only_function, append_only_trigger %}

CREATE TABLE platform_events (
    id bigint GENERATED ALWAYS AS IDENTITY,
    occurred_at timestamptz NOT NULL DEFAULT now(),
    event_type text NOT NULL,
    tenant_id uuid,
    actor text NOT NULL DEFAULT session_user,
    details jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT platform_events_pkey PRIMARY KEY (id),
    CONSTRAINT platform_events_event_type_check CHECK (event_type ~ '^[a-z_]+(\.[a-z_]+)+$'),
    CONSTRAINT platform_events_details_check CHECK (jsonb_typeof(details) = 'object')
);

COMMENT ON TABLE platform_events IS 'What happened on the platform, in order; append-only.';
COMMENT ON COLUMN platform_events.tenant_id IS 'No foreign key: the events of a tenant outlive it.';

CREATE INDEX platform_events_tenant_id_idx ON platform_events (tenant_id, occurred_at DESC);
-- Events arrive in the order of time: a few pages of index for a table that only grows.
CREATE INDEX platform_events_occurred_at_idx ON platform_events USING brin (occurred_at);

{{ append_only_function() }}

{{ append_only_trigger('platform_events') }}

CREATE FUNCTION record_platform_event() RETURNS trigger
    LANGUAGE plpgsql
    SECURITY DEFINER
    SET search_path = {{ schema | ident }}, pg_temp
AS $function$
DECLARE
    subject jsonb := coalesce(to_jsonb(NEW), to_jsonb(OLD));
BEGIN
    INSERT INTO platform_events (event_type, tenant_id, details)
    VALUES (
        TG_ARGV[0] || CASE TG_OP WHEN 'INSERT' THEN '.added' WHEN 'UPDATE' THEN '.changed' ELSE '.removed' END,
        coalesce(subject ->> 'tenant_id', subject ->> 'id')::uuid,
        jsonb_strip_nulls(jsonb_build_object('before', to_jsonb(OLD), 'after', to_jsonb(NEW)))
    );
    RETURN NULL;
END
$function$;
REVOKE ALL ON FUNCTION record_platform_event() FROM PUBLIC;

CREATE TRIGGER record_platform_event
    AFTER INSERT OR UPDATE OR DELETE ON tenants
    FOR EACH ROW EXECUTE FUNCTION record_platform_event('tenant');
CREATE TRIGGER record_platform_event
    AFTER INSERT OR UPDATE OR DELETE ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION record_platform_event('subscription');

GRANT SELECT ON platform_events TO {{ vars.operator_role | ident }};
