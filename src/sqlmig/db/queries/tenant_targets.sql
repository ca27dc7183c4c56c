SELECT DISTINCT ON (target) target, schema_name FROM {history}.target
WHERE track = ANY(%(tracks)s) AND (%(target)s::text IS NULL OR target = %(target)s) ORDER BY target, updated_at DESC
