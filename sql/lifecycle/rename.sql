-- The registry's part of `sqlmig tenant rename`; the schema has its new name by now.
UPDATE platform_core.tenants
SET tenant_slug = {{ tenant.new_slug | literal }}, database_schema_name = {{ tenant.new_schema | literal }}
WHERE id = {{ tenant.id | literal }};
