-- The registry's part of `sqlmig tenant drop`: no run comes to the tenant any more. The schema is sqlmig's to rename away and to
-- drop, and the row stays until then, so that `sqlmig tenant undrop` can take all of it back.
UPDATE platform_core.tenants
SET is_active = false, subscription_status = 'cancelled'
WHERE id = {{ tenant.id | literal }};
