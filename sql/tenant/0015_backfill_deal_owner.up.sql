-- A deal without an owner belongs to whoever entered it.
-- One statement is enough: the largest tenant has some ten thousand deals, and nothing else is locked.
{% from "tenant.sql" import as_tenant %}

{{ as_tenant(tenant.id) }}

UPDATE deals SET owner_id = created_by WHERE owner_id IS NULL;
