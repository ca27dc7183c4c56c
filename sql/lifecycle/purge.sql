-- The registry's part of `sqlmig tenant purge`, once the schema is gone: the row, with its subscriptions. Its events stay.
DELETE FROM platform_core.tenants WHERE id = {{ tenant.id | literal }};
