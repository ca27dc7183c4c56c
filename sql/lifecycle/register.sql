-- The tenant's row in the registry, and its first subscription.
--   sqlmig tenant create acme --set name='Acme Partners' --set tier=professional --set billing_email=pay@acme.example

INSERT INTO platform_core.tenants (
    tenant_slug, tenant_name, subscription_tier, subscription_status, billing_email, database_schema_name
)
VALUES (
    {{ tenant.slug | literal }},
    {{ tenant.name | default(tenant.slug) | literal }},
    {{ tenant.tier | default('trial') | literal }},
    {{ ('active' if tenant.tier | default('trial') != 'trial' else 'trialing') | literal }},
    {{ tenant.billing_email | default(none) | literal }},
    {{ schema | literal }}
);

-- Row level security on subscriptions binds everybody: be that tenant, until the end of the transaction.
SELECT set_config('app.current_tenant_id', id::text, true)
FROM platform_core.tenants
WHERE tenant_slug = {{ tenant.slug | literal }};

INSERT INTO platform_core.subscriptions (tenant_id, tier, price)
SELECT id, subscription_tier, {{ tenant.price | default('0') | literal }}::numeric
FROM platform_core.tenants
WHERE tenant_slug = {{ tenant.slug | literal }};
