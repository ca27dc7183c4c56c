SELECT target, slug, schema_name, registry, state, hold, template, former, former_state, drop_after, reason, actor, changed_at
FROM {history}.tenant WHERE %(target)s::text IS NULL OR target = %(target)s ORDER BY slug, changed_at
