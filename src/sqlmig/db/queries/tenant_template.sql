INSERT INTO {history}.tenant AS t (target, slug, schema_name, template)
VALUES (%(target)s, %(slug)s, %(schema_name)s, %(template)s)
ON CONFLICT (target) DO UPDATE SET template = excluded.template, changed_at = pg_catalog.clock_timestamp()
