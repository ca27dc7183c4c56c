-- Forgets the owners that the backfill would give again, and no others.
{% from "tenant.sql" import as_tenant %}

{{ as_tenant(tenant.id) }}

UPDATE deals SET owner_id = NULL WHERE owner_id = created_by;
