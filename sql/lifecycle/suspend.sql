-- The application no longer sees the tenant's schema. is_active stays: migrations go on, so that the tenant can come back at once.
UPDATE platform_core.tenants SET subscription_status = 'suspended' WHERE id = {{ tenant.id | literal }};

REVOKE USAGE ON SCHEMA {{ schema | ident }} FROM {{ vars.app_role | ident }};
