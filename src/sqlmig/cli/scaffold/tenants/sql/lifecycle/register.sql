-- Second step: the row that makes the registry's query return the tenant. --set name='Acme Ltd' fills tenant.name.
INSERT INTO platform.tenants (slug, name, schema_name)
VALUES (
    {{ tenant.slug | literal }},
    {{ tenant.name | default(tenant.slug) | literal }},
    {{ schema | literal }}
);
