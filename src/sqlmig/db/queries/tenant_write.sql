INSERT INTO {history}.tenant AS t
    (target, slug, schema_name, state, hold, template, former, former_state, drop_after, reason, registry, actor)
VALUES (%(target)s, %(slug)s, %(schema_name)s, %(state)s, %(hold)s, %(template)s, %(former)s, %(former_state)s,
        CASE WHEN %(keep)s::float8 IS NOT NULL
             THEN pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => %(keep)s) ELSE %(drop_after)s::timestamptz END,
        %(reason)s, %(registry)s, %(actor)s)
ON CONFLICT (target) DO UPDATE
SET slug = excluded.slug, schema_name = excluded.schema_name, state = excluded.state, hold = excluded.hold,
    template = excluded.template, former = excluded.former, former_state = excluded.former_state, drop_after = excluded.drop_after, reason = excluded.reason,
    registry = excluded.registry, actor = excluded.actor, changed_at = pg_catalog.clock_timestamp()
