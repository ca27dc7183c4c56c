-- The tenant's first rows, when all migrations are applied: the user who opens the account, if there is one yet.
--   --set owner_email=ada@acme.example --set owner_name='Ada Byron'
SELECT set_config('app.current_tenant_id', id::text, true)
FROM platform_core.tenants
WHERE tenant_slug = {{ tenant.slug | literal }};

{% if tenant.owner_email is defined -%}
INSERT INTO {{ schema | ident }}.users (email, full_name, user_role)
VALUES ({{ tenant.owner_email | literal }}, {{ tenant.owner_name | default(tenant.owner_email) | literal }}, 'owner');

{% endif -%}
INSERT INTO platform_core.platform_events (event_type, tenant_id)
SELECT 'tenant.provisioned', id
FROM platform_core.tenants
WHERE tenant_slug = {{ tenant.slug | literal }};
