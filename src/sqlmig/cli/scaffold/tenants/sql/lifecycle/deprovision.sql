-- `sqlmig tenant drop`: the registry's query no longer returns the tenant. sqlmig renames the schema away, and drops it later;
-- the row stays until then, so that `sqlmig tenant undrop` can bring all of it back.
UPDATE platform.tenants SET is_active = false WHERE id = {{ tenant.id | literal }};
