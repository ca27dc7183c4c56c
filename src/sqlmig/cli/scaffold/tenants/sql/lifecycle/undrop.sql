-- `sqlmig tenant undrop`: what deprovision.sql did, taken back.
UPDATE platform.tenants SET is_active = true WHERE id = {{ tenant.id | literal }};
