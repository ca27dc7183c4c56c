{% from "tenant.sql" import as_tenant %}

{{ as_tenant(tenant.id) }}

SELECT id, title FROM deals WHERE owner_id IS NULL LIMIT 10;
