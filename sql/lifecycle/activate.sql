-- What suspend.sql took away; and a tenant that somebody has taken out of the active ones is one of them again.
UPDATE platform_core.tenants
SET is_active = true, subscription_status = CASE subscription_tier WHEN 'trial' THEN 'trialing' ELSE 'active' END
WHERE id = {{ tenant.id | literal }};

GRANT USAGE ON SCHEMA {{ schema | ident }} TO {{ vars.app_role | ident }};
