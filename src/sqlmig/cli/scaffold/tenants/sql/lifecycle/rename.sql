-- `sqlmig tenant rename`: the new names. The schema has its own by now.
UPDATE platform.tenants
SET slug = {{ tenant.new_slug | literal }}, schema_name = {{ tenant.new_schema | literal }}
WHERE id = {{ tenant.id | literal }};
