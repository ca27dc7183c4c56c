-- A dropped tenant that may come back under this slug, or to this schema.
SELECT target, slug, schema_name, registry, state, hold, template, former, former_state, drop_after, reason, actor, changed_at
FROM {history}.tenant
WHERE (slug = %(slug)s OR former = %(schema)s) AND state IN ('dropping', 'purging') LIMIT 1
