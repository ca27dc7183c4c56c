-- The registry's part of `sqlmig tenant undrop`: what deprovision.sql did, taken back.
UPDATE platform_core.tenants
SET is_active = true, subscription_status = CASE subscription_tier WHEN 'trial' THEN 'trialing' ELSE 'active' END
WHERE id = {{ tenant.id | literal }};
