-- case: roles
-- config: lint: {tenancy: both}
-- platform
CREATE ROLE reporting LOGIN BYPASSRLS;
ALTER ROLE deal_app SUPERUSER;
CREATE USER "Support" WITH BYPASSRLS;
GRANT reporting TO deal_app;

-- case: no role of the application
-- config: lint: {tenancy: both, app_roles: [deal_app]}
-- platform
ALTER ROLE reporting BYPASSRLS;

-- case: a superuser where tenants have schemas
-- platform
CREATE ROLE reporting SUPERUSER;
