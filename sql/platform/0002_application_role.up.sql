-- Group roles without login: the services' own login roles become their members.
{% from "roles.sql" import group_role %}

{{ group_role(vars.app_role, 'application of the deal platform') }}

{{ group_role(vars.operator_role, 'operators of the deal platform') }}

GRANT USAGE ON SCHEMA {{ schema | ident }} TO {{ vars.app_role | ident }}, {{ vars.operator_role | ident }};
-- The application finds a tenant's schema before it knows the tenant; it never changes the registry.
GRANT SELECT ON tenants TO {{ vars.app_role | ident }}, {{ vars.operator_role | ident }};
