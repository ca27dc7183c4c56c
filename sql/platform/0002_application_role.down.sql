-- Roles that this database did not make, or that others on the server use, stay; their rights here go.
{% from "roles.sql" import drop_group_role %}

REVOKE SELECT ON tenants FROM {{ vars.app_role | ident }}, {{ vars.operator_role | ident }};
REVOKE USAGE ON SCHEMA {{ schema | ident }} FROM {{ vars.app_role | ident }}, {{ vars.operator_role | ident }};

{{ drop_group_role(vars.operator_role, 'operators of the deal platform') }}

{{ drop_group_role(vars.app_role, 'application of the deal platform') }}
