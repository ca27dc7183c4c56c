-- `sqlmig tenant purge`, when the schema is gone for good: so is the row.
DELETE FROM platform.tenants WHERE id = {{ tenant.id | literal }};
