-- Everything of the tenant: its schema with all data, and its row, with its subscriptions. Its events stay.
DROP SCHEMA IF EXISTS {{ schema | ident }} CASCADE;
DELETE FROM platform_core.tenants WHERE tenant_slug = {{ tenant.slug | literal }};
