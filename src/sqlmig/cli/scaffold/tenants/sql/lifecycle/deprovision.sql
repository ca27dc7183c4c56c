-- What takes a tenant away: its schema with all data, and its row.
DROP SCHEMA IF EXISTS {{ schema | ident }} CASCADE;
DELETE FROM platform.tenants WHERE slug = {{ tenant.slug | literal }};
